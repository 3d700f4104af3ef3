import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';

/**
 * What gives way when there is more to do than the gateway can. `critical`: what running jobs and commits depend on, for which a
 * part of the places is kept; `expendable`: validations and lists, which can be asked for again; the rest lies between.
 */
export type Priority = 'critical' | 'normal' | 'expendable';

/** What an operation asks of the gateway. */
export interface Effort {
  readonly priority: Priority;
  /** It dials other systems or reads the whole store, and may take longer than a question to the store does. */
  readonly slow: boolean;
}

const effort = (priority: Priority, slow: boolean) => ({ effort: { priority, slow } satisfies Effort });

/** The `extensions` by which a root field says what it asks for. One that says nothing is normal and quick. */
export const LEASES = effort('critical', false);
export const COMMITS = effort('critical', true);
export const DIALS = effort('normal', true);
export const VALIDATES = effort('expendable', true);
export const EXAMINES = effort('expendable', true);
export const LISTS = effort('expendable', false);

const NORMAL: Effort = { priority: 'normal', slow: false };
/** A fragment is not looked into: it may hold anything. */
const FRAGMENT: Effort = { priority: 'normal', slow: true };

/** An operation is as expendable as any of its root fields, critical when all of them are, and slow when one is. */
export function effortOf(schema: GraphQLSchema, operation: OperationDefinitionNode): Effort {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const efforts = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) return FRAGMENT;
    // Only the constants above are ever put there.
    return (fields[selection.name.value]?.extensions.effort as Effort | undefined) ?? NORMAL;
  });
  const has = (priority: Priority) => efforts.some((one) => one.priority === priority);
  return {
    priority: has('expendable') ? 'expendable' : has('normal') ? 'normal' : 'critical',
    slow: efforts.some(({ slow }) => slow),
  };
}
