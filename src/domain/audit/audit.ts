import type { AuditAction } from './audit-actions.ts';

/** The entity of every row that records a restore of the store, whatever its project is. */
export const RESTORE_ENTITY = 'instance';

/** What an operation says of itself. `details` hold names, ids, counts and keyed hashes; never a value that a caller gave as a credential. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly entity:
    | 'project'
    | 'site'
    | 'streaming-system'
    | 'integration'
    | 'connection'
    | 'token'
    | 'session'
    | 'secret'
    | 'dialect-record';
  readonly entityId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One row: signed when it is written, numbered and chained by the sealer within a second. */
export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly projectId: string | null;
  readonly at: number;
  readonly actorTokenId: string | null;
  readonly actorName: string;
  readonly requestId: string | null;
  readonly clientIp: string | null;
  readonly client: Readonly<Record<string, string>>;
  readonly rowHmac: Buffer;
  /** From 1 without gaps; null until sealed. */
  readonly seq: number | null;
  readonly chainHash: Buffer | null;
}

/** The part of a row that the chain covers: its signature stands for all the other columns. */
export type LinkedRow = Pick<AuditRow, 'id' | 'rowHmac'>;

/** What rows of `audit.lost` are about, so that they are found by it. */
export const LOST_ENTITY = 'audit';

/** The ids that a row of `audit.lost` names; of other rows none. */
export function lostIds({ action, details }: AuditEntry): readonly string[] {
  const { lost } = action === 'audit.lost' ? details : { lost: null };
  if (!Array.isArray(lost)) return [];
  return lost.map((row: unknown) => String((row as { readonly id?: unknown } | null)?.id));
}
