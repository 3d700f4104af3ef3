import type { Connection } from '../../domain/connection/connection.ts';
import type { ConnectionFilter, ListedConnection, ListedSettings } from '../../domain/connection/connection-store.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

/** A page of the connections that the actor may see, newest first; kinds in any spelling. Throws FORBIDDEN. */
export async function listConnections(
  { store, connectors }: Services,
  actor: Actor,
  filter: ConnectionFilter,
  page: PageRequest,
): Promise<readonly Connection[]> {
  requirePermission(actor, 'read');
  const kinds = filter.kinds?.map((kind) => connectors.find(kind)?.kind ?? kind);
  return await store.read.connections.page(scopeOf(actor), kinds === undefined ? filter : { ...filter, kinds }, page);
}

/** At most `limit` of the connections of these integrations, in the order they were made. Throws FORBIDDEN. */
export async function listConnectionsOf(
  { store }: Services,
  actor: Actor,
  integrationIds: readonly string[],
  limit: number,
): Promise<readonly Connection[]> {
  requirePermission(actor, 'read');
  return await store.read.connections.ofIntegrations(scopeOf(actor), integrationIds, limit);
}

/**
 * A page of all connections that the actor may see, in the order they were made, each with its integration and its kind, and with its
 * settings where rows of short or of long ones are asked for. Throws FORBIDDEN.
 */
export async function listWithIntegrations(
  { store }: Services,
  actor: Actor,
  page: PageRequest,
  settings: ListedSettings,
): Promise<readonly ListedConnection[]> {
  requirePermission(actor, 'read');
  return await store.read.connections.listing(scopeOf(actor), page, settings);
}
