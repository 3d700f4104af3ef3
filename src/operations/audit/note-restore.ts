import { RESTORE_ENTITY } from '../../domain/audit/audit.ts';
import type { Anchor } from '../../domain/audit/audit-check.ts';
import type { Restore } from '../../domain/version/version-gap.ts';
import { localActor } from '../access/prepare-instance.ts';
import type { Services } from '../services.ts';
import { readRestores } from './read-restores.ts';
import { record } from './record.ts';

/** What may have been committed after the newest anchor was written: far more than a connection gets in a minute. */
const AFTER_ANCHOR = 10_000;
const MOST_GAP = 10_000_000;
const REQUEST = { id: 'start', ip: null, client: {} } as const;

/**
 * Compares the audit with the newest anchor that was kept outside of the store. A store that is older, or has gone another way since,
 * was restored from a backup: that is recorded, once for an anchor, and the next version of each connection leaves out the numbers
 * that may have been in use. Null where there is nothing new to tell. Of processes that start at the same time one records it.
 */
export async function noteRestore(services: Services, projectId: string, anchor: Anchor | null): Promise<Restore | null> {
  if (anchor === null) return null;
  const lost = await lostRows(services, anchor);
  if (lost === null) return null;
  return await services.store.write(async (tx) => {
    await tx.lock(RESTORE_ENTITY, 'exclusive');
    const known = await readRestores(services, tx);
    if (known.some(({ anchorSeq, anchorHead }) => anchorSeq === anchor.seq && anchorHead === anchor.head)) return null;
    const restore: Restore = {
      at: await tx.now(),
      anchorSeq: anchor.seq,
      anchorHead: anchor.head,
      headSeq: (await tx.audit.head())?.seq ?? 0,
      versionGap: Math.min(MOST_GAP, Math.ceil((lost + AFTER_ANCHOR) / AFTER_ANCHOR) * AFTER_ANCHOR),
    };
    const { at: _at, ...details } = restore;
    await record(services, tx, localActor(projectId, 'gateway', REQUEST), {
      action: 'instance.restore',
      entity: 'project',
      entityId: RESTORE_ENTITY,
      details,
    });
    return restore;
  });
}

/** How many rows the store may lack at most; null when the anchor lies on its chain, or where that can't be told any more. */
async function lostRows({ store }: Services, { seq, head }: Anchor): Promise<number | null> {
  const { audit } = store.read;
  const last = await audit.head();
  if (last === null || last.seq < seq) return seq - (last?.seq ?? 0);
  const archived = await audit.archived();
  if (archived !== null && archived.seq > seq) return null;
  const hash = archived?.seq === seq ? archived.chainHash : ((await audit.atSeq(seq))?.chainHash ?? null);
  // A missing row is reported by `audit verify`.
  return hash === null || hash.toString('hex') === head ? null : seq;
}
