import { type Change, commitPermission } from '../../domain/change/change.ts';
import { type HeldBack, heldBackRefusal, waitOrRefuse } from '../../domain/change/in-flight.ts';
import { readWait } from '../../domain/change/wait-for-jobs.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { findChange } from '../changes/find-change.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { actorId, type Services } from '../services.ts';
import type { CommitOutcome } from './commit-locked.ts';
import { type CommitInput, readOptions, type WaitingCommit } from './commit-options.ts';
import { settleChange } from './settle-change.ts';

const UPDATES = ['update', 'roll-back'] as const;

/**
 * Makes a staged change CURRENT. Missing proof is obtained first. Of two changes on one base the first to commit wins and the
 * other gets VERSION_CONFLICT; repeating a committed key answers as the first time and changes nothing. Never waits: live leases
 * under REFUSE and WAIT are CONNECTION_IN_USE.
 * Throws NOT_FOUND, CHANGE_OUTDATED, CHANGE_EXPIRED, VERSION_CONFLICT, VALIDATION_FAILED, CONNECTION_IN_USE, UNAVAILABLE.
 */
export async function commitChange(services: Services, actor: Actor, input: CommitInput): Promise<CommitOutcome> {
  const change = await findCommittable(services, actor, input);
  return await observeRefusal(services, change.purpose, () =>
    settleChange(
      services,
      actor,
      { change, options: readOptions(actor, input), ...(input.beside === undefined ? {} : { beside: input.beside }) },
      async (_tx, held) => {
        throw heldBackRefusal(held);
      },
    ),
  );
}

/**
 * Like `commitChange`, but under WAIT a commit that live leases hold up becomes PENDING: it is carried out as soon as they have
 * ended, or given up after `waitMs` (an hour by default). Repeating the key meanwhile changes nothing, the deadline included.
 * One change waits per connection; another one gets CONNECTION_IN_USE.
 */
export async function commitOrWait(services: Services, actor: Actor, input: WaitingCommit): Promise<Change> {
  const waitMs = readWait(services.settings, input.waitMs);
  const change = await findCommittable(services, actor, input);
  const options = readOptions(actor, input);
  const { acceptsLosses } = options;
  const settled = await observeRefusal(services, change.purpose, () =>
    settleChange(services, actor, { change, options }, (tx, held) => waitForJobs(services, actor, tx, { held, waitMs, acceptsLosses })),
  );
  if ('pending' in settled) {
    if (settled.isNew) services.observer.changed(change.purpose, 'waiting');
    return settled.pending;
  }
  // Nothing is read any more: what took effect is answered, whatever becomes of the store.
  const { version, committedAt } = settled;
  return { ...change, state: 'COMMITTED', committedVersion: version, committedAt, committedBy: actorId(actor) };
}

async function findCommittable(services: Services, actor: Actor, input: CommitInput): Promise<Change> {
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: UPDATES });
  requirePermission(actor, commitPermission(change));
  return change;
}

/** The change as it waits. */
async function waitForJobs(
  services: Services,
  actor: Actor,
  tx: Writers,
  { held, waitMs, acceptsLosses }: { readonly held: HeldBack; readonly waitMs: number; readonly acceptsLosses: boolean },
): Promise<{ readonly pending: Change; readonly isNew: boolean }> {
  const { change, leases, now } = held;
  const waiting = await tx.changes.waitingFor(change.connectionId, now);
  if (waitOrRefuse(held, waiting) === 'waits') return { pending: change, isNew: false };
  const waitUntil = now + waitMs;
  await tx.changes.pend(change.id, actorId(actor), waitUntil, acceptsLosses);
  await record(services, tx, actor, {
    action: 'change.wait',
    entity: 'connection',
    entityId: change.connectionId,
    details: { changeId: change.id, waitUntil, liveLeases: leases.length, ...(acceptsLosses ? { acceptsLosses } : {}) },
  });
  return { pending: { ...change, state: 'PENDING', committedBy: actorId(actor), waitUntil, acceptsLosses }, isNew: true };
}
