import { RESTORE_ENTITY } from '../../domain/audit/audit.ts';
import type { Readers } from '../../domain/ports/store.ts';
import type { Services } from '../services.ts';

/** A restore from a backup that was found out, as the signed audit tells it. */
export interface Restore {
  readonly at: number;
  /** The row that the anchor names, which the store did not have, and the last one that it had. */
  readonly anchorSeq: number;
  readonly anchorHead: string;
  readonly headSeq: number;
  /** How many numbers the next version of each connection leaves out: those after the backup may have been in use. */
  readonly versionGap: number;
}

const MOST = 200;

/** Oldest first. Rows that are not signed by us count for nothing: `audit verify` tells of them. */
export async function readRestores({ auditChain }: Pick<Services, 'auditChain'>, from: Readers): Promise<readonly Restore[]> {
  const rows = await from.audit.commitsOf(RESTORE_ENTITY, { from: 0, to: Number.MAX_SAFE_INTEGER }, null, MOST);
  return rows
    .filter((row) => row.action === 'instance.restore' && auditChain.sign(row).equals(row.rowHmac))
    .map(({ at, details }) => ({
      at,
      anchorSeq: Number(details.anchorSeq),
      anchorHead: String(details.anchorHead),
      headSeq: Number(details.headSeq),
      versionGap: Number(details.versionGap),
    }));
}

/** Numbers that are left out behind a version that was made at `from`, by one that is made at `to`. */
export function gapBetween(restores: readonly Restore[], from: number, to: number): number {
  return restores.filter(({ at }) => from <= at && at <= to).reduce((sum, { versionGap }) => sum + versionGap, 0);
}
