import { displayName, nameKey, nameTaken } from '../../domain/connection/names.ts';
import { kindOfPlatformType, MATILLION_KINDS, type PlatformType } from '../../domain/matillion/platform-types.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { updateIfChanged } from '../commits/update-connection.ts';
import { createConnection } from '../connections/create-connection.ts';
import { findByName } from '../connections/list-described.ts';
import { removeConnection } from '../connections/remove-connection.ts';
import { deleteIntegration } from '../integrations/delete-integration.ts';
import { dropEmptyIntegration } from '../integrations/drop-empty-integration.ts';
import { listLeases } from '../leases/list-leases.ts';
import { endLease } from '../leases/release-lease.ts';
import type { Services } from '../services.ts';
import { findMatillion, type MatillionConnection } from './find-connections.ts';
import { MATILLION } from './namespace.ts';

export interface NewMatillion {
  readonly name: string;
  readonly type: PlatformType;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Nobody is dialled before it is saved. Throws NAME_TAKEN, and BAD_REQUEST where the details do not fit the type. */
export async function createMatillion(
  services: Services,
  actor: Actor,
  { name, type, details }: NewMatillion,
): Promise<MatillionConnection> {
  // One that another way in has made is shown under its name, too. Of two that the dialect makes at once the store refuses the second.
  const rival = await findByName(services, actor, { name: nameKey(name), namespace: MATILLION, kinds: MATILLION_KINDS });
  if (rival !== null) throw nameTaken('A connection', 'name');
  await dropEmptyIntegration(services, actor, MATILLION, name);
  await createConnection(services, actor, {
    kind: kindOfPlatformType(type),
    details,
    integration: { namespace: MATILLION, name },
    policy: { commitPolicy: 'ADVISORY' },
  });
  return await findMatillion(services, actor, name);
}

export interface MatillionChange {
  readonly name: string;
  /** Absent keeps, null clears. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly expectedVersion: number | undefined;
}

/** The connection as it is then; there is no new version where nothing differs. Throws VERSION_CONFLICT, and what a creation throws. */
export async function updateMatillion(
  services: Services,
  actor: Actor,
  connection: MatillionConnection,
  { changes, expectedVersion }: Omit<MatillionChange, 'name'>,
): Promise<MatillionConnection> {
  const connectionId = connection.described.connection.id;
  await updateIfChanged(services, actor, { connectionId, changes, ...(expectedVersion === undefined ? {} : { expectedVersion }) });
  return await findMatillion(services, actor, connection.name);
}

/**
 * Removes a connection with its overrides. Jobs that hold it keep what they have read: their leases are ended first, as an administrator may,
 * since in this dialect they hold up nothing. Throws CONNECTION_IN_USE under deletion protection.
 */
export async function removeMatillion(services: Services, actor: Actor, { name, described }: MatillionConnection): Promise<void> {
  const { connection, integration } = described;
  if (!connection.deletionProtection) await endLeases(services, actor, connection.id);
  // What the dialect made for it goes with it, so that its name is free again.
  const isOwn = integration.namespace === MATILLION && displayName({ name: null }, integration) === name;
  if (isOwn) await deleteIntegration(services, actor, integration.id);
  else await removeConnection(services, actor, connection.id);
}

async function endLeases(services: Services, actor: Actor, connectionId: string): Promise<void> {
  for (;;) {
    const live = await listLeases(services, actor, { connectionId, live: true }, { limit: 100, after: null });
    for (const { id } of live) await endLease(services, actor, id);
    if (live.length < 100) return;
  }
}
