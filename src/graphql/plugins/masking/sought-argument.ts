import {
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { DomainError, NotFound } from '../../../domain/errors/errors.ts';
import type { OperationRequest } from '../../operation-request.ts';

/**
 * What is not there is named by the argument of the operation that it was asked for with, wherever in its inputs that stands: operations know
 * ids, and not what a wire calls them. An error that names an argument by itself is left as it is.
 */
export function naming(schema: GraphQLSchema, error: DomainError, at: GraphQLError['path'], request: OperationRequest): DomainError {
  if (!(error instanceof NotFound) || error.sought === null || request.operation === null) return error;
  const path = pathOf(argumentsAt(schema, request.operation.node, at, request.params.variables), error.sought);
  return path === null ? error : new DomainError(error.code, error.message, { ...error.details, path });
}

/** What the root field of an error was given, as its resolver got it. */
function argumentsAt(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  at: GraphQLError['path'],
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const isIt = (node: { readonly kind: Kind }): node is FieldNode =>
    node.kind === Kind.FIELD && ((node as FieldNode).alias ?? (node as FieldNode).name).value === at?.[0];
  const node = operation.selectionSet.selections.find(isIt);
  const field = node === undefined ? undefined : schema.getRootType(operation.operation)?.getFields()[node.name.value];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return node === undefined || field === undefined || coerced === undefined ? null : getArgumentValues(field, node, coerced);
}

/** Dotted; null where the value is nowhere. */
function pathOf(value: unknown, sought: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    if (member === sought) return name;
    const below = pathOf(member, sought);
    if (below !== null) return `${name}.${below}`;
  }
  return null;
}
