import type { Writers } from '../domain/store.ts';
import type { Services } from './services.ts';

/**
 * What an earlier run of the same request made under this key, else null. A run that is still being committed is waited for, so
 * that of two runs the second finds what the first one made.
 */
export async function madeBefore<T>(
  { tokens }: Pick<Services, 'tokens'>,
  tx: Writers,
  keyHash: Buffer,
  find: (keyHash: Buffer) => Promise<T | null>,
): Promise<T | null> {
  if (!tokens.mayRepeat) return null;
  await tx.lock(keyHash.toString('hex'), 'exclusive');
  return await find(keyHash);
}
