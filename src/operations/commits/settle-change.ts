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
import { type CommitOutcome, commitLocked, type LockedCommit } from './commit-locked.ts';

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
  { change, options, ...along }: Settling,
  whenHeld: (tx: Writers, held: HeldBack) => Promise<T>,
): Promise<CommitOutcome | T> {
  let candidate: Candidate = { kind: change.kind, candidateHash: change.candidateHash, boundTo: null };
  if (!isRepeat(change, actorId(actor))) {
    requireOpen(change, await services.store.now());
    candidate = await prove(services, actor, { change, options }, candidate).catch(async (error: unknown) => {
      // A racing use of the key may have committed it meanwhile: the first outcome is the answer then, whatever a second look has found.
      const latest = await services.store.read.changes.find(scopeOf(actor), change.id);
      if (latest === null || !isRepeat(latest, actorId(actor))) throw error;
      return candidate;
    });
  }
  const keys = await services.vault.forProject(actor.projectId);
  const result = await writeAs(services, actor, async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    const result = await commitLocked(services, actor, tx, { changeId: change.id, keys, options, candidate, ...along });
    return 'leases' in result ? { held: await whenHeld(tx, result) } : result;
  });
  if ('held' in result) return result.held;
  const { outcome, validatesAfterwards, isNew, replaced } = result;
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
