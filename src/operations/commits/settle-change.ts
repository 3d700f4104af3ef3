import { isOnCurrent } from '../../domain/change/base-version.ts';
import type { Change } from '../../domain/change/change.ts';
import type { CommitOptions } from '../../domain/change/commit-verdict.ts';
import type { HeldBack } from '../../domain/change/in-flight.ts';
import { isRepeat, requireOpen } from '../../domain/change/open-change.ts';
import { proofRule } from '../../domain/change/proof/proof.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { type Candidate, candidateOf } from '../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { obtainProof } from '../validations/proof/obtain-proof.ts';
import { parityRuleOf } from '../validations/proof/parity.ts';
import { subjectOfCandidate } from '../validations/run/subject.ts';
import { testConnection } from '../validations/test-connection.ts';
import { writeAs } from '../write-as.ts';
import { type CommitOutcome, type Committed, commitLocked, type LockedCommit } from './commit-locked.ts';

export interface Settling extends Pick<LockedCommit, 'leaseRule' | 'beside'> {
  readonly change: Change;
  readonly options: CommitOptions;
}

/**
 * Obtains missing proof, then commits in one transaction. When live leases hold the commit up, `whenHeld` decides what becomes
 * of it, in the same transaction.
 */
export async function settleChange<T>(
  services: Services,
  actor: Actor,
  settling: Settling,
  whenHeld: (tx: Writers, held: HeldBack) => Promise<T>,
): Promise<CommitOutcome | T> {
  const candidate = await candidateToCommit(services, actor, settling);
  const keys = await services.vault.forProject(actor.projectId);
  const result = await writeAs(services, actor, async (tx) => {
    const result = await commitOne(services, actor, tx, { ...settling, candidate, keys });
    return 'leases' in result ? { held: await whenHeld(tx, result) } : result;
  });
  if ('held' in result) return result.held;
  return afterCommit(services, actor, settling.change, result);
}

/** With its proof obtained. A change that was committed already needs none: its commit answers as the first time. */
export async function candidateToCommit(services: Services, actor: Actor, { change, options }: Settling): Promise<Candidate> {
  const candidate: Candidate = { kind: change.kind, candidateHash: change.candidateHash, boundTo: null };
  if (isRepeat(change, actorId(actor))) return candidate;
  requireOpen(change, await services.store.now());
  return await prove(services, actor, { change, options }, candidate).catch(async (error: unknown) => {
    // A racing use of the key may have committed it meanwhile: the first outcome is the answer then, whatever a second look has found.
    const latest = await services.store.read.changes.find(scopeOf(actor), change.id);
    if (latest === null || !isRepeat(latest, actorId(actor))) throw error;
    return candidate;
  });
}

/** Takes the connection's lock first. Of what live leases hold up nothing is written. */
export async function commitOne(
  services: Services,
  actor: Actor,
  tx: Writers,
  { change, ...rest }: Settling & Pick<LockedCommit, 'candidate' | 'keys'>,
): Promise<Committed | HeldBack> {
  await tx.lock(change.connectionId, 'exclusive');
  return await commitLocked(services, actor, tx, { changeId: change.id, ...rest });
}

/** What is done once the transaction has ended. */
export function afterCommit(
  services: Services,
  actor: Actor,
  change: Pick<Change, 'purpose'>,
  { outcome, validatesAfterwards, isNew, replaced }: Committed,
): CommitOutcome {
  if (isNew) services.observer.changed(change.purpose, 'committed');
  if (validatesAfterwards)
    services.later('validate-unproven', () =>
      testConnection(services, actor, { connectionId: outcome.connectionId, comparedWith: replaced }),
    );
  return outcome;
}

/** What is to be committed, with the proof that it lacks obtained. Throws what `obtainProof` throws. */
async function prove(
  services: Services,
  actor: Actor,
  { change, options: { skipProof, acceptsLosses } }: Settling,
  unresolved: Candidate,
): Promise<Candidate> {
  const inUse = await loadConnection(services, actor, change.connectionId);
  const { connection, current } = inUse;
  // A newer version may be this very change's, committed by a racing use of the key: the transaction tells, and nothing is dialled for it.
  if (!isOnCurrent(change, connection)) return unresolved;
  if (proofRule(actor, connection, skipProof) === 'required') {
    const parity = await parityRuleOf(services, actor, { connection, inUse: current, next: change, acceptsLosses });
    const candidate = await candidateOf(services, actor, change, false);
    await obtainProof(services, actor, { candidate, parity }, () => subjectOfCandidate(services, actor, change, { ...candidate, inUse }));
  }
  return await candidateOf(services, actor, change, connection.isActive);
}
