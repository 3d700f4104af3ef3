import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { OperationPriority, Priority } from '../../admission/priority.ts';

const withPriority = (priority: Priority, slow: boolean) => ({ operationPriority: { priority, slow } satisfies OperationPriority });

/** The `extensions` that give a root field its priority and cost. A field without them has normal priority and is quick. */
export const LEASES = withPriority('critical', false);
export const COMMITS = withPriority('critical', true);
export const DIALS = withPriority('normal', true);
export const VALIDATES = withPriority('expendable', true);
export const EXAMINES = withPriority('expendable', true);
export const LISTS = withPriority('expendable', false);

const NORMAL: OperationPriority = { priority: 'normal', slow: false };
/** A fragment is not looked into: it may hold anything. */
const FRAGMENT: OperationPriority = { priority: 'normal', slow: true };

/**
 * The priority of an operation: the lowest of its root fields, so that it is critical only when all of them are; and it is slow when one of
 * them is.
 */
export function operationPriorityOf(schema: GraphQLSchema, operation: OperationDefinitionNode): OperationPriority {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const priorities = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) return FRAGMENT;
    // Only the constants above are ever put there.
    return (fields[selection.name.value]?.extensions.operationPriority as OperationPriority | undefined) ?? NORMAL;
  });
  const has = (priority: Priority) => priorities.some((one) => one.priority === priority);
  return {
    priority: has('expendable') ? 'expendable' : has('normal') ? 'normal' : 'critical',
    slow: priorities.some(({ slow }) => slow),
  };
}
