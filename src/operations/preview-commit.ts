import { type Actor, requirePermission } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Lease } from '../domain/lease.ts';
import { proofRule } from './commit-locked.ts';
import { findChange, requireOpen } from './find-change.ts';
import { requireConnection } from './load-connection.ts';
import { candidateOf } from './open-resolved.ts';
import { missingProofs } from './run-validation.ts';
import type { Services } from './services.ts';

/** What a commit of this key would do now. It changes nothing and dials nothing. */
export interface CommitPreview {
  readonly change: Change;
  readonly currentVersion: number;
  readonly nextVersion: number;
  readonly changedFields: readonly string[];
  readonly liveLeases: readonly Lease[];
  /** Mandatory validators that have not passed for this candidate within 15 minutes; a commit would run them first. */
  readonly missingValidators: readonly string[];
  /** What would stop the commit as things stand; missing proof alone is no obstacle. */
  readonly obstacles: readonly ErrorCode[];
}

export async function previewCommit(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly connectionId: string },
): Promise<CommitPreview> {
  requirePermission(actor, 'stage');
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: ['update', 'roll-back'] });
  await requireOpen(change, services.store);
  const connection = await requireConnection(services, actor, input.connectionId);
  const liveLeases = await services.store.read.leases.liveOf(connection.id, await services.store.now());
  const needed = proofRule(actor, connection, false) === 'required';
  const obstacles: ErrorCode[] = [];
  if (connection.currentVersion !== change.baseVersion) obstacles.push('VERSION_CONFLICT');
  if (connection.inFlight !== 'OVERLAP' && liveLeases.length > 0) obstacles.push('CONNECTION_IN_USE');
  return {
    change,
    currentVersion: connection.currentVersion,
    nextVersion: connection.currentVersion + 1,
    changedFields: change.changedFields,
    liveLeases,
    missingValidators: needed ? await missingProofs(services, actor, await candidateOf(services, change, false)) : [],
    obstacles,
  };
}
