import { RESTORE_ENTITY } from '../../domain/audit/audit.ts';
import type { Readers } from '../../domain/ports/store.ts';
import type { Restore } from '../../domain/version/version-gap.ts';
import type { Services } from '../services.ts';

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
