import { readBreakGlassReason } from '../../domain/change/break-glass.ts';
import type { Change } from '../../domain/change/change.ts';
import { type HeldBack, heldBackRefusal, waitOrRefuse } from '../../domain/change/in-flight.ts';
import { readWait } from '../../domain/change/wait-for-jobs.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { type Candidate, candidateOf } from '../references/resolve-credentials.ts';
import { actorId, record, type Services, scopeOf, writeAs } from '../services.ts';
import { obtainProof } from '../validations/obtain-proof.ts';
import { parityRuleOf } from '../validations/parity.ts';
import { subjectOfChange, testConnection } from '../validations/run-validation.ts';
import { type CommitOptions, type CommitOutcome, commitLocked, proofRule } from './commit-locked.ts';
import { findChange, isRepeat, requireOpen } from './find-change.ts';
import { observeRefusal } from './observe-refusal.ts';

export interface CommitInput {
  readonly key: string;
  readonly connectionId: string;
  /** Honoured on ADVISORY connections, and for an owner on VALIDATED ones: committed as unproven, then validated at once. */
  readonly skipProof?: boolean;
  /** Why an owner commits although jobs hold the connection; 1 to 500 characters, and audited. It lifts no other rule. */
  readonly breakGlass?: string;
  /** Commits although the new login may do less than the one in use; what is lost is audited. */
  readonly acceptsLosses?: boolean;
}

export interface WaitingCommit extends CommitInput {
  /** How long to wait for live leases under WAIT, milliseconds; an hour by default. */
  readonly waitMs?: number;
}

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
    settleChange(services, actor, change, readOptions(actor, input), async (_tx, held) => {
      throw heldBackRefusal(held);
    }),
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
  const settled = await observeRefusal(services, change.purpose, () =>
    settleChange(services, actor, change, options, (tx, held) =>
      pendOrRefuse(services, actor, tx, held, { waitMs, acceptsLosses: options.acceptsLosses }),
    ),
  );
  if ('pending' in settled) {
    if (settled.isNew) services.observer.changed(change.purpose, 'waiting');
    return settled.pending;
  }
  // Nothing is read from here on: the commit took effect, so it is answered even if the store is lost now.
  const { version, committedAt } = settled;
  return { ...change, state: 'COMMITTED', committedVersion: version, committedAt, committedBy: actorId(actor) };
}

/** Throws what `commitOrWait` throws for options that are wrong or not the actor's to give: whoever stages first asks before. */
export function requireCommitOptions({ settings }: Services, actor: Actor, input: Omit<WaitingCommit, 'key'>): void {
  readWait(settings, input.waitMs);
  readOptions(actor, input);
}

async function findCommittable(services: Services, actor: Actor, input: CommitInput): Promise<Change> {
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: UPDATES });
  requirePermission(actor, change.purpose === 'roll-back' ? 'rollback' : 'commit');
  return change;
}

function readOptions(actor: Actor, { skipProof = false, acceptsLosses = false, breakGlass }: Omit<CommitInput, 'key'>): CommitOptions {
  if (breakGlass === undefined) return { skipProof, acceptsLosses, breakGlass: null };
  requirePermission(actor, 'break-glass');
  return { skipProof, acceptsLosses, breakGlass: readBreakGlassReason(breakGlass) };
}

/**
 * Obtains missing proof, then commits in one transaction. When live leases hold the commit up, `whenHeld` decides what becomes
 * of it, in the same transaction.
 */
export async function settleChange<T>(
  services: Services,
  actor: Actor,
  change: Change,
  options: CommitOptions,
  whenHeld: (tx: Writers, held: HeldBack) => Promise<T>,
): Promise<CommitOutcome | T> {
  let candidate: Candidate = { kind: change.kind, candidateHash: change.candidateHash, boundTo: null };
  if (!isRepeat(change, actor)) {
    await requireOpen(change, services.store);
    candidate = await prove(services, actor, change, options, candidate).catch(async (error: unknown) => {
      // A racing use of the key may have committed it meanwhile: the first outcome is the answer then, whatever a second look has found.
      const latest = await services.store.read.changes.find(scopeOf(actor), change.id);
      if (latest === null || !isRepeat(latest, actor)) throw error;
      return candidate;
    });
  }
  const keys = await services.vault.forProject(actor.projectId);
  const result = await writeAs(services, actor, async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    const result = await commitLocked(services, actor, tx, keys, change.id, options, candidate);
    return 'leases' in result ? { held: await whenHeld(tx, result) } : result;
  });
  if ('held' in result) return result.held;
  const { outcome, unproven, isNew, replaced } = result;
  if (isNew) services.observer.changed(change.purpose, 'committed');
  if (unproven)
    services.later('validate-unproven', () =>
      testConnection(services, actor, { connectionId: outcome.connectionId, comparedWith: replaced }),
    );
  return outcome;
}

/** What is to be committed, with the proof that it lacks obtained. Throws what `obtainProof` throws. */
async function prove(
  services: Services,
  actor: Actor,
  change: Change,
  { skipProof, acceptsLosses }: CommitOptions,
  unresolved: Candidate,
): Promise<Candidate> {
  const { connection, current } = await loadConnection(services, actor, change.connectionId);
  // A newer version may be this very change's, committed by a racing use of the key: the transaction tells, and nothing is dialled for it.
  if (connection.currentVersion !== change.baseVersion) return unresolved;
  if (proofRule(actor, connection, skipProof) === 'required') {
    const parity = await parityRuleOf(services, actor, { connection, inUse: current, next: change, acceptsLosses });
    await obtainProof(services, actor, await candidateOf(services, actor, change, false), parity, () =>
      subjectOfChange(services, actor, change),
    );
  }
  return await candidateOf(services, actor, change, connection.isActive);
}

/** The change as it waits. */
async function pendOrRefuse(
  services: Services,
  actor: Actor,
  tx: Writers,
  held: HeldBack,
  { waitMs, acceptsLosses }: { readonly waitMs: number; readonly acceptsLosses: boolean },
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
