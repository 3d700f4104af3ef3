import type { Change } from '../../domain/change/change.ts';
import { isHeldBack } from '../../domain/change/in-flight.ts';
import { lossesOf, PARITY, type PermissionLoss } from '../../domain/change/parity.ts';
import { hasPassed } from '../../domain/connector/validation.ts';
import type { ErrorCode } from '../../domain/errors/errors.ts';
import { type Lease, MOST_LIVE_LEASES } from '../../domain/lease/lease.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { candidateOf } from '../references/resolve-credentials.ts';
import { type Services, scopeOf } from '../services.ts';
import { latestComparison, parityRuleOf } from '../validations/parity.ts';
import { missingProofs } from '../validations/run-validation.ts';
import { proofRule } from './commit-locked.ts';
import { findChange, requireOpen } from './find-change.ts';

/** What a commit of this key would do now. It changes nothing and dials nothing. */
export interface CommitPreview {
  readonly change: Change;
  readonly currentVersion: number;
  readonly nextVersion: number;
  readonly changedFields: readonly string[];
  /** The oldest of them. */
  readonly liveLeases: readonly Lease[];
  readonly hasMoreLeases: boolean;
  /** Validators of the proof that have not passed for this candidate within 15 minutes; a commit would run them first. */
  readonly missingValidators: readonly string[];
  /**
   * What the latest comparison with the version in use, within 15 minutes, found that the new login may not do; null where none was
   * made or is needed.
   */
  readonly losses: readonly PermissionLoss[] | null;
  /** What would stop the commit now. Missing proof alone is no obstacle. */
  readonly obstacles: readonly ErrorCode[];
}

export async function previewCommit(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly connectionId: string; readonly acceptsLosses?: boolean },
): Promise<CommitPreview> {
  requirePermission(actor, 'stage');
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: ['update', 'roll-back'] });
  await requireOpen(change, services.store);
  const { connection, current } = await loadConnection(services, actor, input.connectionId);
  const { leases } = services.store.read;
  const now = await services.store.now();
  const liveLeases = await leases.liveOf(connection.id, now);
  const limit = MOST_LIVE_LEASES + 1;
  const hasMoreLeases =
    liveLeases.length >= MOST_LIVE_LEASES &&
    (await leases.page(scopeOf(actor), { connectionId: connection.id, liveAt: now }, { limit, after: null })).length === limit;
  const needed = proofRule(actor, connection, false) === 'required';
  const candidate = await candidateOf(services, actor, change, false);
  const parity = await parityRuleOf(services, actor, {
    connection,
    inUse: current,
    next: change,
    acceptsLosses: input.acceptsLosses === true,
  });
  const compared = parity === null ? null : await latestComparison(services, actor, candidate, parity);
  const losses = compared === null ? null : lossesOf(compared.errors);
  const missing = needed ? await missingProofs(services, actor, candidate) : [];
  if (needed && parity !== null && (compared === null || !hasPassed(compared))) missing.push(PARITY);
  const obstacles: ErrorCode[] = [];
  if (needed && parity?.onLoss === 'refuse' && losses !== null && losses.length > 0) obstacles.push('VALIDATION_FAILED');
  if (connection.currentVersion !== change.baseVersion) obstacles.push('VERSION_CONFLICT');
  if (isHeldBack(connection, liveLeases)) obstacles.push('CONNECTION_IN_USE');
  return {
    change,
    currentVersion: connection.currentVersion,
    nextVersion: connection.currentVersion + 1,
    changedFields: change.changedFields,
    liveLeases,
    hasMoreLeases,
    missingValidators: missing,
    losses,
    obstacles,
  };
}
