import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';

/** In a transaction that stores what a data key has sealed or signed: throws UNAVAILABLE when that key was retired since it was loaded. */
export async function requireDataKey(tx: Writers, projectId: string, generation: number): Promise<void> {
  if ((await tx.keys.find(projectId, 'dek')).some((key) => key.generation === generation)) return;
  throw new DomainError('UNAVAILABLE', 'The key that this was sealed with has been retired. Try again.', { retryAfterSeconds: 10 });
}
