import { type Integration, OWN_NAMESPACE } from '../../domain/connection/connection.ts';
import { MOST_FOREIGN_CHARACTERS, readName } from '../../domain/connection/names.ts';
import { foldKind } from '../../domain/connector/connector.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import { containerFor, requireJoins } from '../../domain/integration/container-type.ts';
import { defaultName } from '../../domain/integration/default-name.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { requireSameSite } from '../../domain/site/site-choice.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { scopeOf } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';
import { chooseCluster } from '../streaming/choose-cluster.ts';
import type { AskedIntegration, ChosenIntegration, ExistingIntegration, PlannedConnection } from './integration-choice.ts';

/** Looks at everything that may be refused, and makes nothing. Throws NOT_FOUND, BAD_REQUEST, and FORBIDDEN for a new one by a token that is limited to some. */
export async function chooseIntegration(
  from: Pick<Readers, 'sites' | 'integrations' | 'streamingSystems'>,
  actor: Actor,
  asked: AskedIntegration,
  planned: PlannedConnection,
): Promise<ChosenIntegration> {
  if ('cluster' in asked) return await chooseCluster(from, actor, asked.cluster, planned);
  if ('id' in asked) return await chooseExisting(from, actor, asked, planned);
  if (actor.integrationIds !== null)
    throw new DomainError('FORBIDDEN', 'This token is limited to integrations that exist.', { next: 'Use a token of the whole project.' });
  const { connector, settings, siteId } = planned;
  const { name, numbered = name === null, namespace = OWN_NAMESPACE, ...container } = asked;
  return {
    siteId: (await chooseSite(from, actor, siteId)).id,
    make: {
      ...containerFor(connector, container),
      namespace,
      name: readName(name ?? defaultName(connector, settings), 'name', namespace === OWN_NAMESPACE ? undefined : MOST_FOREIGN_CHARACTERS),
      namePath: 'name',
      numbered,
      externalClusterId: null,
    },
    system: null,
  };
}

async function chooseExisting(
  { integrations }: Pick<Readers, 'integrations'>,
  actor: Actor,
  asked: ExistingIntegration,
  { connector, siteId }: PlannedConnection,
): Promise<ChosenIntegration> {
  const found = await integrations.find(scopeOf(actor), asked.id);
  if (found === null || asked.categories?.includes(found.category) === false) throw notFound('integration', asked.id);
  requireSameSite(found, siteId);
  requireTrueOf(found, asked);
  requireJoins(connector, found);
  return { siteId: found.siteId, integration: found };
}

/** Clients send the name of the integration with its id. */
function requireTrueOf(found: Integration, { name = null, warehouseType = null }: ExistingIntegration): void {
  if (name !== null && readName(name, 'name') !== found.name) throw badRequest('name', 'The integration has another name; leave name out.');
  if (warehouseType !== null && foldKind(warehouseType) !== found.type)
    throw badRequest('createWarehouseType', `The integration is of type "${found.type}"; leave createWarehouseType out.`);
}
