import { type Integration, OWN_NAMESPACE } from '../../domain/connection/connection.ts';
import { readName } from '../../domain/connection/names.ts';
import { badRequest, notFound } from '../../domain/errors/errors.ts';
import { requireJoins } from '../../domain/integration/container-type.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { requireSameSite } from '../../domain/site/site-choice.ts';
import { type ClusterChoice, type GivenCluster, type NewSystem, readClusterChoice } from '../../domain/streaming/new-cluster.ts';
import { requireOfSystem } from '../../domain/streaming/streaming-system.ts';
import { type Actor, requireWholeProject } from '../../domain/token/actor.ts';
import type { ChosenIntegration, PlannedConnection } from '../integrations/integration-choice.ts';
import { scopeOf } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';

type From = Pick<Readers, 'sites' | 'integrations' | 'streamingSystems'>;

/** A cluster that exists, or a new one of a system that exists or is made with it. Throws NOT_FOUND, BAD_REQUEST, FORBIDDEN. */
export async function chooseCluster(
  from: From,
  actor: Actor,
  given: GivenCluster,
  connection: PlannedConnection,
): Promise<ChosenIntegration> {
  const choice = readClusterChoice(connection.connector, given);
  if ('clusterId' in choice) {
    const integration = await findCluster(from, actor, choice, connection);
    return { siteId: integration.siteId, integration };
  }
  requireWholeProject(actor, 'A streaming system');
  const { externalId, name } = choice.cluster;
  const planned = await planSystem(from, actor, choice.system, connection);
  return {
    siteId: planned.siteId,
    make: {
      namespace: OWN_NAMESPACE,
      category: 'STREAMING',
      type: connection.connector.kind,
      name: readName(name ?? externalId.slice(0, 200), 'newClusterName'),
      namePath: 'newClusterName',
      numbered: name === null,
      externalClusterId: externalId,
    },
    system: planned.system,
  };
}

async function findCluster(
  { integrations }: From,
  actor: Actor,
  { clusterId, systemId }: Extract<ClusterChoice, { clusterId: string }>,
  { connector, siteId }: PlannedConnection,
): Promise<Integration> {
  const found = await integrations.find(scopeOf(actor), clusterId);
  if (found === null || found.category !== 'STREAMING') throw notFound('streaming cluster', clusterId);
  if (systemId !== null && systemId !== found.streamingSystemId)
    throw badRequest('streamingSystemId', 'The cluster is in another streaming system; leave streamingSystemId out.');
  requireSameSite(found, siteId);
  requireJoins(connector, found);
  return found;
}

async function planSystem(
  from: From,
  actor: Actor,
  choice: Extract<ClusterChoice, { cluster: unknown }>['system'],
  { connector, siteId }: PlannedConnection,
): Promise<{ readonly siteId: string; readonly system: { readonly id: string } | NewSystem }> {
  if ('id' in choice) {
    const found = await from.streamingSystems.find(actor.projectId, choice.id);
    if (found === null) throw notFound('streaming system', choice.id);
    requireSameSite(found, siteId);
    requireOfSystem(connector, found, 'streamingSystemId');
    return { siteId: found.siteId, system: { id: found.id } };
  }
  requireOfSystem(connector, choice, 'newStreamingSystemType');
  return { siteId: (await chooseSite(from, actor, siteId)).id, system: choice };
}
