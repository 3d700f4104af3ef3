import {
  type GraphQLArgument,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  getVariableValues,
  isInputObjectType,
  isListType,
} from 'graphql';
import { DomainError, NotFound } from '../../../domain/errors/errors.ts';
import type { OperationRequest } from '../../operation-request.ts';
import type { PreparedOperation } from '../execution/prepared-operation.ts';

/**
 * What is not there is named by the argument of the operation that it was asked for with, wherever in its inputs that stands: operations know
 * ids, and not what a wire calls them.
 */
export function naming(schema: GraphQLSchema, error: DomainError, at: GraphQLError['path'], request: OperationRequest): DomainError {
  if (!(error instanceof NotFound) || error.sought === null || request.operation === null) return error;
  const path = argumentWith(error.sought, fieldAt(schema, request.operation, at, request.params.variables));
  return path === null ? error : new DomainError(error.code, error.message, { ...error.details, path });
}

interface GivenField {
  readonly args: readonly GraphQLArgument[];
  /** As its resolver got them. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The root field of an error. */
function fieldAt(
  schema: GraphQLSchema,
  { node: operation, rootFields }: PreparedOperation,
  at: GraphQLError['path'],
  variables: Readonly<Record<string, unknown>>,
): GivenField | null {
  // Of two with the same name in the answer the arguments are the same, too, or the document would not be valid.
  const node = rootFields.find(({ alias, name }) => (alias ?? name).value === at?.[0]);
  const field = node === undefined ? undefined : schema.getRootType(operation.operation)?.getFields()[node.name.value];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (node === undefined || field === undefined || coerced === undefined) return null;
  return { args: field.args, values: getArgumentValues(field, node, coerced) };
}

/** Dotted; null where it is nowhere. What a scalar holds is the caller's own, and is not looked into. */
function argumentWith(sought: string, field: GivenField | null): string | null {
  return firstOf(
    (field?.args ?? []).map(({ name, type }) => [name, type, field?.values[name]]),
    sought,
  );
}

function pathOf(sought: string, at: string, type: GraphQLInputType, value: unknown): string | null {
  if (value === sought) return at;
  const bare = getNullableType(type);
  if (isListType(bare))
    return Array.isArray(value)
      ? firstOf(
          value.map((one, index) => [`${at}.${index}`, bare.ofType, one]),
          sought,
        )
      : null;
  if (!isInputObjectType(bare) || typeof value !== 'object' || value === null) return null;
  const members = Object.values(bare.getFields()).filter(({ name }) => Object.hasOwn(value, name));
  return firstOf(
    members.map((member) => [`${at}.${member.name}`, member.type, Reflect.get(value, member.name)]),
    sought,
  );
}

function firstOf(members: readonly (readonly [string, GraphQLInputType, unknown])[], sought: string): string | null {
  for (const [at, type, value] of members) {
    const path = pathOf(sought, at, type, value);
    if (path !== null) return path;
  }
  return null;
}
