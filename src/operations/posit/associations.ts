import { type Association, type Consumer, replaceAssociations } from '../../domain/consumer/consumer.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { GUID } from '../../domain/posit/permissions.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { CONSUMERS, consumerOf, dataOf } from '../consumers/consumer-records.ts';
import { readableConsumers, readConsumer } from '../consumers/manage-consumers.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { listIntegrations, type PositIntegration, readIntegration } from './read-integrations.ts';

/** Content and an integration that it uses. */
export interface PositAssociation {
  readonly contentGuid: string;
  readonly integration: PositIntegration;
  readonly createdAt: number;
}

/** Of one piece of content. Throws FORBIDDEN, NOT_FOUND. */
export async function associationsOfContent(services: Services, actor: Actor, guid: string): Promise<readonly PositAssociation[]> {
  requirePermission(actor, 'stage');
  return await associationsOf(services, actor, await readConsumer(services, actor, guid));
}

/** Those of integrations that are still there, and that the actor may see. */
async function associationsOf(services: Services, actor: Actor, { id, associations }: Consumer): Promise<readonly PositAssociation[]> {
  const integrations = associations.length === 0 ? [] : await listIntegrations(services, actor);
  const byGuid = new Map(integrations.map((one) => [one.guid, one]));
  return associations.flatMap(({ connectionId, createdAt }) => {
    const integration = byGuid.get(connectionId);
    return integration === undefined ? [] : [{ contentGuid: id, integration, createdAt }];
  });
}

/** Of one integration. Throws FORBIDDEN, NOT_FOUND. */
export async function associationsOfIntegration(services: Services, actor: Actor, guid: string): Promise<readonly PositAssociation[]> {
  requirePermission(actor, 'commit');
  const integration = await readIntegration(services, actor, guid);
  return (await readableConsumers(services, actor)).flatMap(({ id, associations }) =>
    associations
      .filter(({ connectionId }) => connectionId === guid)
      .map(({ createdAt }: Association) => ({ contentGuid: id, integration, createdAt })),
  );
}

/** How many pieces of content use each integration; null to whoever is no administrator. */
export async function contentCounts(services: Services, actor: Actor): Promise<((guid: string) => number) | null> {
  if (!actor.permissions.has('commit')) return null;
  const used = (await readableConsumers(services, actor)).flatMap(({ associations }) =>
    associations.map(({ connectionId }) => connectionId),
  );
  return (guid) => used.filter((one) => one === guid).length;
}

/**
 * Makes content use these integrations and no others, at once: what stays keeps its time. An integration that the actor does not see is none.
 * Throws FORBIDDEN, NOT_FOUND, PositError.
 */
export async function putAssociations(
  services: Services,
  actor: Actor,
  { contentGuid, guids }: { readonly contentGuid: string; readonly guids: readonly (string | null)[] },
): Promise<void> {
  requirePermission(actor, 'stage');
  await readConsumer(services, actor, contentGuid);
  const known = new Set((guids.length === 0 ? [] : await listIntegrations(services, actor)).map(({ guid }) => guid));
  const wanted = guids.map((guid) => {
    const found = guid?.toLowerCase() ?? '';
    if (!GUID.test(found) || !known.has(found))
      throw new PositError(207, 'an oauth_integration_guid is not the guid of an integration', { path: 'oauth_integration_guid' });
    return found;
  });
  if (new Set(wanted).size < wanted.length)
    throw new PositError(258, 'an oauth_integration_guid is given twice', { path: 'oauth_integration_guid' });
  await writeAs(services, actor, async (tx) => {
    await tx.lock(contentGuid, 'exclusive');
    const found = await tx.dialectRecords.find(actor.projectId, CONSUMERS, contentGuid);
    if (found === null) throw notFound('consumer');
    const consumer = consumerOf(found);
    const now = await tx.now();
    const associations = replaceAssociations(consumer.associations, wanted, now);
    await tx.dialectRecords.update(actor.projectId, found.id, dataOf({ ...consumer, associations }), { by: actorId(actor), now });
    await record(services, tx, actor, {
      action: 'dialect-record.update',
      entity: 'dialect-record',
      entityId: found.id,
      details: { dialect: CONSUMERS.dialect, of: CONSUMERS.entity, key: contentGuid, parentId: null, connectionIds: wanted },
    });
  });
}
