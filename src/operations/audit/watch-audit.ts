import { LOST_ENTITY } from '../../domain/audit/audit.ts';
import { CUT_ACTIONS, CUT_LEAST_AGE_MS } from '../../domain/audit/audit-actions.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Store, Writers } from '../../domain/ports/store.ts';
import { localActor } from '../access/prepare-instance.ts';
import type { Services } from '../services.ts';
import { type AuditedRow, auditedIn } from '../write-as.ts';
import { record } from './record.ts';

/** Rows that are remembered until they are sealed; about a hundred bytes each. */
const MOST_WATCHED = 20_000;
const BATCH = 500;
/** Rows that one audit row names. */
const MOST_NAMED = 50;

const REQUEST = { id: 'audit-watch', ip: null, client: {} } as const;

/**
 * Until the sealer has numbered it, the chain does not tell of an audit row that somebody deletes past the gateway. So each process
 * remembers the rows that its own transactions committed, until it has seen each of them sealed. Not watched are the rows of a process
 * that is killed before it has looked, of a commit whose outcome nobody knows, and those for which there was no room.
 */
export interface AuditWatch {
  /** The same store, whose commits are watched. A commit pays for one push of each row. */
  watching<S extends Store>(store: S): S;
  /** Looks for what is remembered. A row that is gone is said in the audit, once; a row that waits for the sealer is looked for again. */
  look(services: Services, told: AuditLosses): Promise<void>;
}

export interface AuditLosses {
  /** Reported before it is written to the store, because that may fail. */
  lost(rows: readonly AuditedRow[]): void;
  /** Rows that could not be remembered since the last look, because there was no room. */
  unwatched(rows: number): void;
}

export function createAuditWatch(most: number = MOST_WATCHED): AuditWatch {
  let watched: AuditedRow[] = [];
  /** Rows that were found to be gone and are not in the audit yet. */
  let untold: AuditedRow[] = [];
  let unwatched = 0;

  function remember(rows: readonly AuditedRow[]): void {
    for (const row of rows)
      if (watched.length < most) watched.push(row);
      else unwatched += 1;
  }

  /** What is gone of the remembered rows. If the store fails meanwhile, all that were not looked for are still remembered. */
  async function findLost(services: Services, told: AuditLosses): Promise<readonly AuditedRow[]> {
    const { store } = services;
    const before = watched;
    const waiting: AuditedRow[] = [];
    const gone: AuditedRow[] = [];
    watched = [];
    let done = 0;
    try {
      const sealedThrough = await headOf(store);
      for (; done < before.length; done += BATCH) {
        const batch = before.slice(done, done + BATCH);
        const sequenceNumbers = await store.read.audit.sequenceNumbers(batch.map(({ id }) => id));
        for (const row of batch) {
          const seq = sequenceNumbers.get(row.id);
          if (seq === undefined) gone.push(row);
          // A number that the sealer has not reached was not given by the sealer.
          else if (seq === null || seq > sealedThrough) waiting.push(row);
        }
      }
      const lost = await notArchived(services, gone);
      if (lost.length > 0) told.lost(lost);
      return lost;
    } catch (error) {
      waiting.push(...gone);
      throw error;
    } finally {
      const since = watched;
      watched = [...waiting, ...before.slice(done)];
      remember(since);
    }
  }

  /** For each project, one audit row names its lost rows. */
  async function tell(services: Services): Promise<void> {
    for (let first = untold[0]; first !== undefined; first = untold[0]) {
      const { projectId } = first;
      const rows = untold.filter((row) => row.projectId === projectId);
      const lost = rows.slice(0, MOST_NAMED).map(({ id, action }) => ({ id, action }));
      await services.store.write((tx) =>
        record(services, tx, localActor(projectId, 'gateway', REQUEST), {
          action: 'audit.lost',
          entity: 'project',
          entityId: LOST_ENTITY,
          details: { rows: rows.length, lost },
        }),
      );
      untold = untold.filter((row) => !rows.includes(row));
    }
  }

  return {
    watching: (store) => ({
      ...store,
      async write(work, options) {
        const last: { tx: Writers | null } = { tx: null };
        const value = await store.write((tx) => {
          // If a transaction ran more than once, only its last run was committed.
          auditedIn.delete(tx);
          last.tx = tx;
          return work(tx);
        }, options);
        if (last.tx !== null) remember(auditedIn.get(last.tx) ?? []);
        return value;
      },
    }),
    async look(services, told) {
      if (watched.length > 0) untold.push(...(await findLost(services, told)));
      if (unwatched > 0) told.unwatched(unwatched);
      unwatched = 0;
      await tell(services);
    },
  };
}

/** Zero if the head was altered: then nothing counts as sealed. The sealer and `audit verify` report the altered head. */
async function headOf({ read }: Store): Promise<number> {
  try {
    return (await read.audit.head())?.seq ?? 0;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INTEGRITY') return 0;
    throw error;
  }
}

/** Rows that an operator archived and cut in the meantime are in the archive. The record of the cut is ours only if it is signed. */
async function notArchived({ store, auditChain }: Services, gone: readonly AuditedRow[]): Promise<readonly AuditedRow[]> {
  const archived = gone.length === 0 ? null : await store.read.audit.archived();
  if (archived === null || !auditChain.signCut(archived).equals(archived.mac)) return gone;
  const youngest = archived.at - CUT_LEAST_AGE_MS;
  return gone.filter(({ action, at }) => at > youngest || !CUT_ACTIONS.includes(action));
}
