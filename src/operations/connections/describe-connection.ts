import type { Connection, Integration, Version } from '../../domain/connection/connection.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import { requireReadOrHold } from '../../domain/lease/held-job.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

export interface DescribedConnection {
  readonly connection: Connection;
  readonly current: Version;
  readonly integration: Integration;
}

/**
 * A connection that the actor may see, with its CURRENT version and its integration. The package of its kind need not be loaded. Throws
 * FORBIDDEN, and NOT_FOUND alike for what is absent and what is not theirs.
 */
export async function describeConnection(services: Services, actor: Actor, id: string): Promise<DescribedConnection> {
  requirePermission(actor, 'read');
  return await describedOf(services, actor, id);
}

/** The same in a protocol in which whoever may hold connections for a job may read them, too. */
export async function describeToHolder(services: Services, actor: Actor, id: string): Promise<DescribedConnection> {
  requireReadOrHold(actor);
  return await describedOf(services, actor, id);
}

async function describedOf({ store }: Services, actor: Actor, id: string): Promise<DescribedConnection> {
  const scope = scopeOf(actor);
  const found = await store.read.connections.findWithCurrent(scope, id);
  if (found === null) throw notFound('connection', id);
  const { connection, current } = found;
  const integration = await store.read.integrations.find(scope, connection.integrationId);
  if (current === null || integration === null)
    throw new DomainError('INTEGRITY', 'The connection has no current version, or no integration.', { connectionId: id });
  return { connection, current, integration };
}
