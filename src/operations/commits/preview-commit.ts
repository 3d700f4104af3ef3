import type { Change } from '../../domain/change/change.ts';
import { type CommitForecast, commitForecast } from '../../domain/change/commit-verdict.ts';
import { requireOpen } from '../../domain/change/open-change.ts';
import { type Lease, MOST_LIVE_LEASES } from '../../domain/lease/lease.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { findChange } from '../changes/find-change.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { candidateOf } from '../references/resolve-credentials.ts';
import { type Services, scopeOf } from '../services.ts';
import { findProof } from '../validations/proof/find-proof.ts';
import { parityRuleOf } from '../validations/proof/parity.ts';

/** What a commit of this key would do now. It changes nothing and dials nothing. */
export interface CommitPreview extends CommitForecast {
  readonly change: Change;
  readonly currentVersion: number;
  readonly nextVersion: number;
  readonly changedFields: readonly string[];
  /** The oldest of them. */
  readonly liveLeases: readonly Lease[];
  readonly hasMoreLeases: boolean;
}

export async function previewCommit(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly connectionId: string; readonly acceptsLosses?: boolean },
): Promise<CommitPreview> {
  requirePermission(actor, 'stage');
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: ['update', 'roll-back'] });
  requireOpen(change, await services.store.now());
  const { connection, current } = await loadConnection(services, actor, input.connectionId);
  const now = await services.store.now();
  const liveLeases = await services.store.read.leases.liveOf(connection.id, now);
  const acceptsLosses = input.acceptsLosses === true;
  const candidate = await candidateOf(services, actor, change, false);
  const parity = await parityRuleOf(services, actor, { connection, inUse: current, next: change, acceptsLosses });
  const proof = await findProof(services, actor, { candidate, parity });
  return {
    change,
    currentVersion: connection.currentVersion,
    nextVersion: connection.currentVersion + 1,
    changedFields: change.changedFields,
    liveLeases,
    hasMoreLeases: liveLeases.length >= MOST_LIVE_LEASES && (await hasMore(services, actor, connection.id, now)),
    ...commitForecast({ actor, change, connection, proof, liveLeases }),
  };
}

async function hasMore({ store }: Services, actor: Actor, connectionId: string, now: number): Promise<boolean> {
  const limit = MOST_LIVE_LEASES + 1;
  const page = await store.read.leases.page(scopeOf(actor), { connectionId, liveAt: now }, { limit, after: null });
  return page.length === limit;
}
