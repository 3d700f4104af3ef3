import type { Change } from '../../domain/change/change.ts';
import { heldBackRefusal, requireNoneWaits } from '../../domain/change/in-flight.ts';
import { SECRET_PROVIDERS, type SecretProviderName } from '../../domain/connection/reference/secret-reference.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Facets, isFacetField } from '../../domain/version/facets.ts';
import { discardWhenRefused } from '../changes/discard-when-refused.ts';
import type { StagedChange } from '../changes/insert-change.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { stageUpdate } from '../changes/stage-update.ts';
import { loadConnection } from '../connections/load-connection.ts';
import type { GivenPath } from '../references/read-reference.ts';
import { stageReferenceUpdate } from '../references/stage-reference.ts';
import type { Services } from '../services.ts';
import { readOptions } from './commit-options.ts';
import { settleChange } from './settle-change.ts';

export interface UpdateFacets {
  readonly connectionId: string;
  readonly facets: Facets;
  /** Refuses with VERSION_CONFLICT where another version is CURRENT. */
  readonly expectedVersion: number;
}

/**
 * Makes a version that differs by what dialects keep with it, and by nothing that a job is given: jobs that run are no reason to wait,
 * whatever the policy says. A change that waits for them is one, since it was staged on the version before. Throws NOT_FOUND,
 * VERSION_CONFLICT, CONNECTION_IN_USE, VALIDATION_FAILED.
 */
export async function updateFacets(services: Services, actor: Actor, input: UpdateFacets): Promise<void> {
  requirePermission(actor, 'commit');
  await discardWhenRefused(services, actor, async (staged) => {
    const { change } = await stageFacets(services, actor, input);
    staged.push(change);
    // A kind that reads its stored details otherwise than before changes what jobs are given.
    if (!change.changedFields.every(isFacetField))
      throw new DomainError(
        'CHANGE_OUTDATED',
        'The connection has settings that its kind reads otherwise now. Update it first, then ask again.',
      );
    await commitFacets(services, actor, change);
  });
}

async function commitFacets(services: Services, actor: Actor, change: Change): Promise<void> {
  const { connectionId } = change;
  const beside = async (tx: Writers) => {
    const now = await tx.now();
    const waiting = await tx.changes.waitingFor(connectionId, now);
    const leases = waiting === null ? [] : await tx.leases.liveOf(connectionId, now);
    requireNoneWaits(waiting, leases, now, 'A change of this connection waits for the running jobs.');
  };
  const settling = { change, options: readOptions(actor, { connectionId }), leaseRule: 'never-hold-back', beside } as const;
  await observeRefusal(services, change.purpose, () =>
    settleChange(services, actor, settling, async (_tx, held) => {
      throw heldBackRefusal(held);
    }),
  );
}

const NOT_SAID: GivenPath = { value: null, field: 'reference' };
/** Says nothing of a reference, so that it stays as it is. */
const AS_IT_IS = {
  paths: Object.fromEntries(SECRET_PROVIDERS.map((name) => [name, NOT_SAID])) as Readonly<Record<SecretProviderName, GivenPath>>,
  beside: {},
};

async function stageFacets(services: Services, actor: Actor, input: UpdateFacets): Promise<StagedChange> {
  const { current } = await loadConnection(services, actor, input.connectionId);
  if (current.reference !== null) return await stageReferenceUpdate(services, actor, { ...input, reference: AS_IT_IS, replace: false });
  return await stageUpdate(services, actor, { ...input, changes: {} });
}
