import { DomainError } from '../../domain/errors/errors.ts';
import { shortId } from '../../domain/token/service-account.ts';
import { againWhenOvertaken } from '../../operations/commits/again-when-overtaken.ts';
import { updateIfChanged } from '../../operations/commits/update-connection.ts';
import { createConnection } from '../../operations/connections/create-connection.ts';
import { removeConnection } from '../../operations/connections/remove-connection.ts';
import { deleteIntegration } from '../../operations/integrations/delete-integration.ts';
import { dropEmptyIntegration } from '../../operations/integrations/drop-empty-integration.ts';
import { findNamedIntegration } from '../../operations/integrations/list-integrations.ts';
import { etagOf } from '../kit/http/etag.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../kit/route.ts';
import { allConfigured, type Configured, entityOf, findConfigured, NAMESPACE } from './configured.ts';
import { type Changes, detailsOf, type Merged, replacementOf, replacementOfNothing } from './fields/merge.ts';
import { type AtlasService, RETIRED_TYPE, SERVICES } from './fields/services.ts';
import { admitCall } from './group.ts';
import { mediaOf, pathOf, V2 } from './wire/answers.ts';
import { atlasError, fieldsError } from './wire/failure.ts';
import { type Page, paged, readPage } from './wire/paging.ts';
import * as shapes from './wire/shapes.ts';
import { requireJsonType } from './wire/version.ts';

/** The routes of one version of the API. `originOf` says where links of a request lead. */
export function integrationRoutes(prefix: string, suffix: string, originOf: (call: Call) => string): readonly Route[] {
  const base = `${prefix}/groups/:groupId/integrations`;
  const of = { url: `${base}/:integrationType` };
  const { inGroup, ofType, ofService, pages, format, newIntegration, replacement, list, one, deleted } = shapes;
  const headers = shapes.headersOf(prefix);
  const produces = mediaOf(prefix);
  const consumes = ['application/json', 'application/vnd.atlas.2023-01-01+json'];
  const answerList = async (call: Call, page: Page): Promise<RouteAnswer> => {
    const path = `${originOf(call)}${pathOf(call.request)}`;
    const entities = (await allConfigured(call)).map(entityOf);
    return { body: paged(entities, page, { self: path, list: path.replace(/\/integrations\/.*$/, '/integrations') }) };
  };
  return [
    {
      method: 'GET',
      url: base,
      operation: `listGroupIntegrations${suffix}`,
      summary: 'All services that are configured',
      shapes: { params: inGroup, query: pages, headers, produces, answers: { 200: list } },
      async run(call) {
        await admitCall(call, 'read');
        return await answerList(call, readPage(call.query));
      },
    },
    {
      ...of,
      method: 'GET',
      operation: `getGroupIntegration${suffix}`,
      summary: 'One service',
      shapes: { params: ofType, query: format, headers, produces, answers: { 200: one } },
      async run(call) {
        await admitCall(call, 'read');
        const found = await requireConfigured(call);
        return { headers: { etag: etagOf(found.described.current.version) }, body: entityOf(found) };
      },
    },
    {
      ...of,
      method: 'POST',
      operation: `createGroupIntegration${suffix}`,
      summary: 'Configure a service',
      priority: PRIORITIES.commits,
      shapes: { params: ofService, query: pages, headers, body: newIntegration, consumes, produces, answers: { 200: list } },
      async run(call) {
        await admitCall(call, 'create');
        const page = readPage(call.query);
        const service = requireService(call);
        await create(call, service, readBody(call));
        return await answerList(call, page);
      },
    },
    {
      ...of,
      method: 'PUT',
      operation: `updateGroupIntegration${suffix}`,
      summary: 'Replace the configuration of a service',
      priority: PRIORITIES.commits,
      shapes: { params: ofService, query: pages, headers, body: replacement, consumes, produces, answers: { 200: list } },
      async run(call) {
        await admitCall(call, 'commit');
        const page = readPage(call.query);
        const service = requireService(call);
        await replace(call, service, readBody(call));
        return await answerList(call, page);
      },
    },
    {
      ...of,
      method: 'DELETE',
      operation: `deleteGroupIntegration${suffix}`,
      summary: 'Remove a service',
      shapes: { params: ofType, query: format, headers, produces, answers: { 200: deleted, 204: null } },
      async run(call) {
        await admitCall(call, 'delete');
        await remove(call, await requireConfigured(call));
        return { status: 204 };
      },
    },
  ];
}

/** Throws HIPCHAT_NOT_SUPPORTED: of that nothing can be saved. */
function requireService({ params: { integrationType } }: Call): AtlasService {
  const service = SERVICES.find(({ type }) => type === integrationType);
  if (service === undefined) throw atlasError('HIPCHAT_NOT_SUPPORTED', `${RETIRED_TYPE} is not supported any more.`);
  return service;
}

async function requireConfigured(call: Call): Promise<Configured> {
  const service = SERVICES.find(({ type }) => type === call.params.integrationType);
  const found = service === undefined ? null : await findConfigured(call, service);
  if (found === null) throw notConfigured(call);
  return found;
}

function notConfigured({ params: { integrationType = '' } }: Call): DomainError {
  return atlasError('INTEGRATION_NOT_CONFIGURED', `Integration ${integrationType} is not configured. POST configures it.`, [
    integrationType,
  ]);
}

function readBody({ header, body }: Call): Readonly<Record<string, unknown>> {
  requireJsonType(header('content-type'));
  return body.object();
}

function requireFit(merged: Merged, body: Readonly<Record<string, unknown>>): Changes {
  if ('problems' in merged) throw fieldsError(merged.problems, body);
  return merged.changes;
}

async function create(call: Call, service: AtlasService, body: Readonly<Record<string, unknown>>): Promise<void> {
  const details = requireFit(detailsOf(service, body), body);
  const { services, actor } = call;
  await dropEmptyIntegration(services, actor, NAMESPACE, service.type);
  // One that is left holds something else. Looked for before the configuration: if another request makes both from here on, that is found
  // below, or the name is taken.
  const left = await findNamedIntegration(services, actor, NAMESPACE, service.type);
  const found = await findConfigured(call, service);
  if (found !== null) throw alreadyConfigured(found);
  const integration = left === null ? { namespace: NAMESPACE, name: service.type } : { id: left.id };
  try {
    await createConnection(services, actor, { kind: service.kind, details, integration, policy: { commitPolicy: 'ADVISORY' } });
  } catch (error) {
    const other = error instanceof DomainError && error.code === 'NAME_TAKEN' ? await findConfigured(call, service) : null;
    throw other === null ? error : alreadyConfigured(other);
  }
}

function alreadyConfigured({ service, described }: Configured): DomainError {
  const id = shortId(described.connection.id);
  return atlasError('INTEGRATION_ALREADY_CONFIGURED', `Integration ${service.type} is configured already, with id ${id}. PUT changes it.`, [
    service.type,
  ]);
}

/** How often a replacement is laid over what another request has written in between. */
const MOST_RUNS = 5;

async function replace(call: Call, service: AtlasService, body: Readonly<Record<string, unknown>>): Promise<void> {
  const { services, actor } = call;
  await againWhenOvertaken(async () => {
    const found = await findConfigured(call, service);
    if (found === null) return await replaceNothing(call, service, body);
    const changes = requireFit(replacementOf(service, found.details.masks, body), body);
    const { connection, current } = found.described;
    await updateIfChanged(services, actor, { connectionId: connection.id, changes, expectedVersion: current.version });
  }, MOST_RUNS);
}

/** A body that can't be right is told before the state, as in all of this API. The first version of the API creates what is not there. */
async function replaceNothing(call: Call, service: AtlasService, body: Readonly<Record<string, unknown>>): Promise<void> {
  if (!pathOf(call.request).startsWith(`${V2}/`)) return await create(call, service, body);
  requireFit(replacementOfNothing(service, body), body);
  throw notConfigured(call);
}

/** What this dialect made goes with its integration, so that the name is free again; what was made another way is removed alone. */
async function remove({ services, actor }: Call, { service, described }: Configured): Promise<void> {
  const { connection, integration } = described;
  if (integration.namespace === NAMESPACE && integration.name === service.type) await deleteIntegration(services, actor, integration.id);
  else await removeConnection(services, actor, connection.id);
}
