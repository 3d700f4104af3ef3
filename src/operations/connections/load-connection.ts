import type { Connection, Version } from '../../domain/connection/connection.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { requireReachable } from '../../domain/site/site-choice.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';
import { connectorOf } from './find-connector.ts';

export interface LoadedConnection {
  readonly connection: Connection;
  readonly current: Version;
  readonly connector: Connector;
}

/** A connection in the actor's scope with its CURRENT version; NOT_FOUND alike for what is absent and what is not theirs. */
export async function loadConnection(
  services: Services,
  actor: Actor,
  id: string,
  from: Readers = services.store.read,
): Promise<LoadedConnection> {
  const found = await from.connections.findWithCurrent(scopeOf(actor), id);
  if (found === null) throw notFound('connection', id);
  const { connection, current } = found;
  if (current === null) throw new DomainError('INTEGRITY', 'The connection has no current version.', { connectionId: id });
  return { connection, current, connector: connectorOf(services, current.kind) };
}

/** A connection in the actor's scope, without its version. */
export async function requireConnection({ store }: Services, actor: Actor, id: string): Promise<Connection> {
  const connection = await store.read.connections.find(scopeOf(actor), id);
  if (connection === null) throw notFound('connection', id);
  return connection;
}

/** What the actor's connections are dialled from: those of another network wait for workers. */
export async function requireReachableSite(services: Services, { projectId, integrationId }: Connection): Promise<void> {
  requireReachable(await services.store.read.sites.ofIntegration(projectId, integrationId));
}
