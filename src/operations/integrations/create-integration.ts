import type { Integration } from '../../domain/connection/connection.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { numberedName } from '../../domain/integration/default-name.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { createSystem } from '../streaming/add-streaming-system.ts';
import type { ChosenIntegration, NewIntegration, PlannedSystem } from './integration-choice.ts';

/** So many integrations of one name get a number; the next has to be named. */
const MOST_NUMBERED = 100;

/** The integration that was chosen, made where there is none yet, in the transaction that it was chosen in. Throws NAME_TAKEN. */
export async function integrationOf(services: Services, actor: Actor, tx: Writers, chosen: ChosenIntegration): Promise<Integration> {
  if ('integration' in chosen) return chosen.integration;
  const { make, siteId, system } = chosen;
  const streamingSystemId = system === null ? null : await systemOf(services, actor, tx, { system, siteId });
  if (streamingSystemId !== null) await requireNew(actor, tx, streamingSystemId, make);
  const inserted = await insertNumbered(services, actor, tx, { ...make, siteId, streamingSystemId });
  if (inserted === null) throw new DomainError('NAME_TAKEN', 'An integration of that name exists already.', { path: make.namePath });
  return inserted;
}

async function systemOf(
  services: Services,
  actor: Actor,
  tx: Writers,
  { system, siteId }: { readonly system: NonNullable<PlannedSystem>; readonly siteId: string },
): Promise<string> {
  if ('id' in system) return system.id;
  return (await createSystem(services, actor, tx, { ...system, siteId, namePath: 'newStreamingSystemName' })).id;
}

/** Of two that add the same cluster at once, one comes after the other and is told. */
async function requireNew(actor: Actor, tx: Writers, systemId: string, { externalClusterId, type }: NewIntegration): Promise<void> {
  await tx.lock(systemId, 'exclusive');
  if ((await tx.integrations.findCluster(scopeOf(actor), systemId, externalClusterId ?? '', type)) !== null)
    throw new DomainError('NAME_TAKEN', 'The streaming system has that cluster already: give its mcClusterId.', { path: 'newClusterId' });
}

/** Null where the name is taken, with every number that it may get. */
async function insertNumbered(
  services: Services,
  actor: Actor,
  tx: Writers,
  { name, namePath: _, numbered, ...made }: NewIntegration & Pick<Integration, 'siteId' | 'streamingSystemId'>,
): Promise<Integration | null> {
  const now = await tx.now();
  const by = actorId(actor);
  for (let number = 1; number <= (numbered ? MOST_NUMBERED : 1); number += 1) {
    const integration: Integration = {
      id: services.newId(),
      projectId: actor.projectId,
      name: numberedName(name, number),
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
      ...made,
    };
    if (await tx.integrations.insert(integration)) return integration;
  }
  return null;
}
