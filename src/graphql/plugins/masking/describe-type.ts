import {
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  parseType,
  typeFromAST,
} from 'graphql';

const SCALARS: Readonly<Record<string, string>> = {
  UUID: 'a UUID, such as 01a20e09-e595-72fc-9d2a-53e9c4eedb47',
  DateTime: 'a time, such as 2026-01-31T12:00:00Z',
  JSONString: 'a text that holds JSON, with no name twice',
  GenericScalar: 'any value',
  Int: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
  String: 'a text',
  ID: 'an id, as a text',
};

/** Values of an enum are told up to this many. */
const MOST_VALUES = 12;

/** What a value of an input type is, in plain words. */
export function describeType(type: GraphQLInputType): string {
  if (isNonNullType(type)) return describeType(type.ofType);
  if (isListType(type)) return `a list, each item ${describeType(type.ofType)}`;
  if (isScalarType(type)) return SCALARS[type.name] ?? `a ${type.name}`;
  if (isInputObjectType(type)) return `an object of the type ${type.name}`;
  const names = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
  return names.length > 0 && names.length <= MOST_VALUES ? `one of ${names.join(', ')}` : `a value of ${type.name}`;
}

/** The same for a type as it is written in a document. */
export function describeTypeNamed(schema: GraphQLSchema, written: string | undefined): string {
  try {
    const type = written === undefined ? undefined : typeFromAST(schema, parseType(written) as never);
    // Where a value is expected there is an input type.
    return type === undefined ? 'another type' : describeType(type as GraphQLInputType);
  } catch {
    return 'another type';
  }
}
