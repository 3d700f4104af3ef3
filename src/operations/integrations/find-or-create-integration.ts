import type { Integration, IntegrationCategory } from '../../domain/connection/connection.ts';
import { readName } from '../../domain/connection/names.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import { categoryOf } from '../../domain/integration/integration-category.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { requireSameSite } from '../../domain/site/site-choice.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';

/** Where a new connection goes. */
export interface NamedIntegration {
  readonly connector: Pick<Connector, 'kind' | 'category'>;
  /** An integration that exists, or the name of a new one. */
  readonly integration: { readonly id: string } | { readonly name: string; readonly category?: IntegrationCategory };
  readonly siteId: string | null;
}

/** Throws NOT_FOUND, NAME_TAKEN, BAD_REQUEST, and FORBIDDEN for a new one by a token that is limited to some. */
export async function findOrCreateIntegration(
  services: Services,
  actor: Actor,
  tx: Writers,
  { connector, integration: named, siteId }: NamedIntegration,
): Promise<Integration> {
  if ('id' in named) {
    const found = await tx.integrations.find(scopeOf(actor), named.id);
    if (found === null) throw notFound('integration');
    requireSameSite(found, siteId);
    return found;
  }
  if (actor.integrationIds !== null) throw new DomainError('FORBIDDEN', 'This token is limited to integrations that exist.');
  const name = readName(named.name, 'name');
  const now = await tx.now();
  const integration: Integration = {
    id: services.newId(),
    projectId: actor.projectId,
    siteId: (await chooseSite(tx, actor, siteId)).id,
    namespace: 'changeover',
    name,
    category: named.category ?? categoryOf(connector),
    type: connector.kind,
    streamingSystemId: null,
    createdAt: now,
    createdBy: actorId(actor),
    updatedAt: now,
  };
  if (!(await tx.integrations.insert(integration)))
    throw new DomainError('NAME_TAKEN', 'An integration of that name exists already.', { path: 'name' });
  return integration;
}
