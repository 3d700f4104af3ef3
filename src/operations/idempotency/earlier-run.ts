import type { AuditAction } from '../../domain/audit/audit-actions.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/**
 * What an earlier run of the same request made under this key, else null. A run that is still being committed is waited for, so
 * that of two runs the second finds what the first one made.
 */
export async function findEarlierResult<T>(
  { repeatsSince }: Pick<Services, 'repeatsSince'>,
  tx: Writers,
  keyHash: Buffer,
  find: (keyHash: Buffer) => Promise<T | null>,
): Promise<T | null> {
  if (repeatsSince === null) return null;
  await tx.lock(keyHash.toString('hex'), 'exclusive');
  return await find(keyHash);
}

/**
 * The id of an audit row that a request writes: the same in each run of it, so that a repeat finds what an earlier run did. Null for a
 * request without an idempotency id.
 */
export function rowIdOf({ repeatsSince, tokens, vault }: Pick<Services, 'repeatsSince' | 'tokens' | 'vault'>): string | null {
  if (repeatsSince === null) return null;
  const bytes = Buffer.alloc(16);
  vault.keyedHash('request', 'audit row', tokens.create('lse')).copy(bytes);
  bytes.writeUIntBE(repeatsSince, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Rows that are looked through for what an earlier run left. */
const MOST_ROWS = 100;

/**
 * What a request ends. `isIt` tells the one that is meant from others of the same entity, or of any where none is named, by the details of
 * their audit rows.
 */
export interface Ended {
  readonly action: AuditAction;
  readonly entityId?: string;
  readonly isIt?: (details: Readonly<Record<string, unknown>>) => boolean;
}

/** True when an earlier run of the same request has ended this already: that it is gone is what the request wanted. */
export async function endedByEarlierRun(
  { repeatsSince }: Pick<Services, 'repeatsSince'>,
  tx: Writers,
  actor: Actor,
  { action, entityId, isIt = () => true }: Ended,
): Promise<boolean> {
  if (repeatsSince === null) return false;
  const filter = { ...(entityId === undefined ? {} : { entityId }), actions: [action], from: repeatsSince };
  const rows = await tx.audit.page(actor.projectId, filter, { limit: MOST_ROWS, after: null });
  return rows.some((row) => row.actorTokenId === actor.tokenId && isIt(row.details));
}
