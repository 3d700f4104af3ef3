import { badRequest } from '../errors/errors.ts';
import { UPGRADE_RECORD_MS, type WrappedKey } from '../ports/vault.ts';

/**
 * Throws BAD_REQUEST for the data key in use, and for an older one while the newest is younger than ten minutes: a gateway that has not
 * heard of the newest may still seal with the older one.
 */
export function requireReplaced(generation: number, newest: Pick<WrappedKey, 'generation' | 'createdAt'>, now: number): void {
  if (newest.generation === generation) throw badRequest('generation', 'This is the data key in use. Rotate it first.');
  const wait = newest.createdAt + UPGRADE_RECORD_MS - now;
  if (wait > 0)
    throw badRequest('generation', 'The newest data key is younger than ten minutes: a gateway may still seal with the older one.', {
      retryAfterSeconds: Math.ceil(wait / 1000),
    });
}

/** Throws BAD_REQUEST while rows need the data key; `needs` counts them by what they are. */
export function requireUnneeded(needs: Readonly<Record<string, number>>): void {
  const rows = Object.values(needs).reduce((sum, count) => sum + count, 0);
  if (rows > 0)
    throw badRequest(
      'generation',
      `${rows} rows need this data key. Seal them with the newest one first: changeover data-key reseal`,
      needs,
    );
}
