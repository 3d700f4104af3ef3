import { type Change, commitPermission } from '../../domain/change/change.ts';
import { isHeldBack } from '../../domain/change/in-flight.ts';
import { isRetryable, requireTimeToWait } from '../../domain/change/wait-for-jobs.ts';
import { DomainError, type ErrorCode } from '../../domain/errors/errors.ts';
import { type Actor, LOCAL_ACTOR_ID, requirePermission } from '../../domain/token/actor.ts';
import { actorOfToken } from '../access/authenticate.ts';
import { localActor } from '../access/prepare-instance.ts';
import { record } from '../audit/record.ts';
import { destroyStaged } from '../changes/discard-change.ts';
import type { Services } from '../services.ts';
import { claimed } from './claim-change.ts';
import { settleChange } from './settle-change.ts';

/** Changes that are read at a time. */
const PAGE = 100;
const AT_ONCE = 8;

const REQUEST = { id: 'commit-waiting', ip: null, client: {} } as const;

/**
 * Carries out the commits whose leases have ended, in the name and with the rights of whoever asked, and gives up those whose
 * time is over. Of replicas that do this at once one obtains the proof, and one commits. Each pass looks at all that wait: neither
 * those that are held for long nor one that fails in a way that nobody expected keeps the others back. Returns how many were committed.
 */
export async function commitWaiting(services: Services, page = PAGE): Promise<number> {
  const waiting = allWaiting(services, page);
  const failures: unknown[] = [];
  let committed = 0;
  const work = async () => {
    for (let next = await waiting.next(); next.done !== true; next = await waiting.next()) {
      try {
        if (await carryOut(services, next.value)) committed += 1;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
  return committed;
}

async function* allWaiting({ store }: Services, limit: number): AsyncGenerator<Change, void> {
  let last: Change | undefined;
  do {
    const found = await store.read.changes.pending(last ?? null, limit);
    yield* found;
    last = found.length < limit ? undefined : found.at(-1);
  } while (last !== undefined);
}

async function carryOut(services: Services, change: Change): Promise<boolean> {
  try {
    if (await isHeld(services, change)) return false;
    const actor = await requesterOf(services, change);
    requirePermission(actor, commitPermission(change));
    return (
      (await claimed(services, change, () =>
        // A lease that was granted at the last moment sends it back to waiting.
        settleChange(
          services,
          actor,
          { change, options: { skipProof: false, breakGlass: null, acceptsLosses: change.acceptsLosses } },
          async () => null,
        ),
      )) !== null
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (!isRetryable(error)) await giveUp(services, change, error.code);
    return false;
  }
}

/** Asked before anything is dialled. Throws CONNECTION_IN_USE or UNAVAILABLE once the deadline has passed. */
async function isHeld({ store }: Services, change: Change): Promise<boolean> {
  const now = await store.now();
  const scope = { projectId: change.projectId, integrationIds: null };
  const connection = await store.read.connections.find(scope, change.connectionId);
  const leases = await store.read.leases.liveOf(change.connectionId, now);
  const held = connection !== null && isHeldBack(connection, leases);
  requireTimeToWait(change, held, now);
  return held;
}

/** The actor has only the rights of now. Throws UNAUTHENTICATED if the token has ended, and FORBIDDEN if it lost the right. */
async function requesterOf(services: Services, change: Change): Promise<Actor> {
  const by = change.committedBy;
  return by === null || by === LOCAL_ACTOR_ID
    ? localActor(change.projectId, 'gateway', REQUEST)
    : await actorOfToken(services, by, REQUEST);
}

async function giveUp(services: Services, change: Change, code: ErrorCode): Promise<void> {
  const done = await services.store.write(async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    if (!(await tx.changes.giveUp(change.id, code))) return false;
    await destroyStaged(tx, change);
    await record(services, tx, localActor(change.projectId, 'gateway', REQUEST), {
      action: 'change.give-up',
      entity: 'connection',
      entityId: change.connectionId,
      details: { changeId: change.id, code },
    });
    return true;
  });
  if (done) services.observer.changed(change.purpose, 'given-up');
}
