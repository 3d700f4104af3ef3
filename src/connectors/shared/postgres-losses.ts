import type { Loss } from './parity.ts';
import { quoted } from './postgres-problems.ts';

/** A privilege that the login in use has on objects of a schema, and the new one has not on all of those. */
export interface ObjectLoss {
  readonly schema: string;
  readonly privilege: string;
  /** How many objects the login in use has it on, how many of them the new one lacks, and how many there are. */
  readonly had: number;
  readonly lost: number;
  readonly total: number;
  /** The first of those that it lacks, each as SQL takes it. */
  readonly objects: readonly string[];
}

/** Objects that are named one by one. */
export const NAMED = 10;

/** One statement for a whole schema where the login in use has the privilege on all of it, else one for each object, up to ten. */
export function describeLoss(loss: ObjectLoss, word: string, all: string, role: string): readonly Loss[] {
  const schema = quoted(loss.schema);
  const { privilege, had, lost, total, objects } = loss;
  if (had === total && lost > 1) {
    return [
      {
        what: `${privilege} on ${lost} of ${total} ${word.toLowerCase()}s in schema ${schema}`,
        mend: `GRANT ${privilege} ON ${all} IN SCHEMA ${schema} TO ${role};`,
      },
    ];
  }
  const listed = objects.map((object) => ({
    what: `${privilege} on ${word.toLowerCase()} ${schema}.${object}`,
    mend: `GRANT ${privilege} ON ${word} ${schema}.${object} TO ${role};`,
  }));
  const rest = lost - objects.length;
  if (rest <= 0 || objects.length === 0) return listed;
  return [
    ...listed,
    {
      what: `${privilege} on ${rest} more ${word.toLowerCase()}s in schema ${schema}`,
      mend: `GRANT ${privilege} ON ${word} ${schema}.<name> TO ${role}; for each of them.`,
    },
  ];
}
