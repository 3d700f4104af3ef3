import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLSchema,
  type GraphQLType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import { wrongType } from './builder.ts';

/** Real clients of the lead API send port numbers as strings. The name prints as GraphQL's own, so the published contract stays. */
const tolerantInt = new GraphQLScalarType({
  name: 'Int',
  description: GraphQLInt.description,
  serialize: (value) => GraphQLInt.serialize(value),
  parseValue: (value) => readInt(value),
  parseLiteral: (node) => readInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null, node),
});

function readInt(value: unknown, node?: ValueNode): number {
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > 2_147_483_647) throw wrongType('Int', node);
  return number;
}

/** The schema with every Int tolerant. The builder always takes GraphQL's own, so it is replaced afterwards. */
export function withTolerantInt(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) field.type = replaced(field.type);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      field.type = replaced(field.type);
      for (const argument of field.args) (argument as { type: GraphQLType }).type = replaced(argument.type);
    }
  }
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, types: config.types.filter((type) => type !== GraphQLInt) });
}

function replaced<T extends GraphQLType>(type: T): T {
  // Wrappers are rebuilt around the replaced type, so that each keeps its own kind.
  if (isNonNullType(type)) return new GraphQLNonNull(replaced(type.ofType)) as unknown as T;
  if (isListType(type)) return new GraphQLList(replaced(type.ofType)) as unknown as T;
  return (type as GraphQLType) === GraphQLInt ? (tolerantInt as unknown as T) : type;
}
