import { inUse } from '../change/in-flight.ts';
import { DomainError } from '../errors/errors.ts';
import type { Lease } from '../lease/lease.ts';
import type { Connection } from './connection.ts';

/** Most connections that one transaction removes. */
export const MOST_REMOVED = 10_000;

/** Throws CONNECTION_IN_USE under deletion protection, and while jobs hold the connection: no policy and no break-glass lifts that. */
export function requireRemovable(
  { id, deletionProtection }: Pick<Connection, 'id' | 'deletionProtection'>,
  liveLeases: readonly Lease[],
  now: number,
): void {
  if (deletionProtection)
    throw new DomainError('CONNECTION_IN_USE', 'The connection is protected against deletion. Lift the protection first.', {
      connectionId: id,
      protected: true,
    });
  if (liveLeases.length > 0) throw inUse('Running jobs hold this connection.', liveLeases, now);
}

/** Throws LIMIT_EXCEEDED for an integration whose connections are too many for one transaction. */
export function requireFewToRemove(connections: number): void {
  if (connections <= MOST_REMOVED) return;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `An integration with more than ${MOST_REMOVED} connections is not removed at once. Remove some of them first.`,
    { limit: MOST_REMOVED },
  );
}
