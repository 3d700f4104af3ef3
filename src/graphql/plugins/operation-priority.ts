import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { OperationPriority, Priority } from '../../admission/priority.ts';

const effort = (priority: Priority, slow: boolean) => ({ effort: { priority, slow } satisfies OperationPriority });

/** The `extensions` by which a root field says what it asks for. One that says nothing is normal and quick. */
export const LEASES = effort('critical', false);
export const COMMITS = effort('critical', true);
export const DIALS = effort('normal', true);
export const VALIDATES = effort('expendable', true);
export const EXAMINES = effort('expendable', true);
export const LISTS = effort('expendable', false);

const NORMAL: OperationPriority = { priority: 'normal', slow: false };
/** A fragment is not looked into: it may hold anything. */
const FRAGMENT: OperationPriority = { priority: 'normal', slow: true };

/** An operation is as expendable as any of its root fields, critical when all of them are, and slow when one is. */
export function operationPriorityOf(schema: GraphQLSchema, operation: OperationDefinitionNode): OperationPriority {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const efforts = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) return FRAGMENT;
    // Only the constants above are ever put there.
    return (fields[selection.name.value]?.extensions.effort as OperationPriority | undefined) ?? NORMAL;
  });
  const has = (priority: Priority) => efforts.some((one) => one.priority === priority);
  return {
    priority: has('expendable') ? 'expendable' : has('normal') ? 'normal' : 'critical',
    slow: efforts.some(({ slow }) => slow),
  };
}
