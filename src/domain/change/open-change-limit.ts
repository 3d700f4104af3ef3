import { DomainError } from '../errors/errors.ts';

/** A token creates many connections at once more often than it changes one of them in many ways. */
const CREATIONS = 10;

/** Most open changes of one connection, and of the connections that one token creates. */
export function openChangeLimits(openChanges: number): { readonly ofConnection: number; readonly ofCreator: number } {
  return { ofConnection: openChanges, ofCreator: openChanges * CREATIONS };
}

/** How many outdated changes are discarded, at most, when a new one is staged. */
export const MOST_DISCARDED = 20;

/** Throws LIMIT_EXCEEDED where one more is too many. `whose` begins the sentence, such as "This connection has". */
export function requireRoomForChange(open: number, most: number, whose: 'This connection has' | 'This token has'): void {
  if (open < most) return;
  const what = whose === 'This token has' ? `${whose} ${most} open changes that create connections` : `${whose} ${most} open changes`;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `${what}, which is the most (CHANGEOVER_OPEN_CHANGES). Discard those that are not needed, or wait until they expire.`,
    { limit: most },
  );
}
