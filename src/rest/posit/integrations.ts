import type { Actor } from '../../domain/token/actor.ts';
import { contentCounts } from '../../operations/posit/associations.ts';
import { createIntegration } from '../../operations/posit/create-integration.ts';
import { listIntegrations, type PositIntegration, readIntegration } from '../../operations/posit/read-integrations.ts';
import { removeIntegration } from '../../operations/posit/remove-integration.ts';
import { updateIntegration } from '../../operations/posit/update-integration.ts';
import { verifyIntegration } from '../../operations/posit/verify-integration.ts';
import type { Services } from '../../operations/services.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import { readCreation, readGuid, readMembers, readUpdate } from './read-body.ts';
import { wireIntegration } from './render.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

const ALL = '/__api__/v1/oauth/integrations';
const ONE = `${ALL}/:guid`;

export const integrations: readonly Route[] = [
  {
    method: 'GET',
    url: ALL,
    operation: 'listOAuthIntegrations',
    summary: 'All integrations, in the order they were made',
    priority: PRIORITIES.lists,
    right: 'stage',
    shapes: { answers: { 200: shapes.integration.array() } },
    async run({ services, actor }) {
      const counts = await contentCounts(services, actor);
      return { body: (await listIntegrations(services, actor)).map((one) => wireIntegration(one, counts)) };
    },
  },
  {
    method: 'POST',
    url: ALL,
    operation: 'createOAuthIntegration',
    summary: 'Makes an integration from a template',
    right: 'create',
    shapes: { body: requests.newIntegration, answers: { 200: shapes.integration } },
    async run({ services, actor, body }) {
      const { template = null, config, ...texts } = readCreation(readMembers(body));
      return await answer(
        services,
        actor,
        await createIntegration(services, actor, { ...withoutGaps(texts), template, config: config ?? {} }),
      );
    },
  },
  {
    method: 'GET',
    url: ONE,
    operation: 'readOAuthIntegration',
    summary: 'One integration, without its secrets',
    right: 'stage',
    shapes: { params: requests.byGuid, answers: { 200: shapes.integration } },
    run: async ({ services, actor, params }) => answer(services, actor, await readIntegration(services, actor, readGuid(params))),
  },
  {
    method: 'PATCH',
    url: ONE,
    operation: 'updateOAuthIntegration',
    summary: 'Changes an integration; its config is merged key by key',
    priority: PRIORITIES.commits,
    right: 'commit',
    shapes: { params: requests.byGuid, body: requests.integrationUpdate, answers: { 200: shapes.integration } },
    async run({ services, actor, params, body, header }) {
      const guid = readGuid(params);
      const shown = wireIntegration(await readIntegration(services, actor, guid), null);
      const update = readUpdate(readMembers(body), shown);
      const isExpected = expectationOf(header('if-match'));
      const updated = await updateIntegration(services, actor, {
        guid,
        ...withoutGaps(update),
        ...(isExpected === null ? {} : { isExpected }),
      });
      return await answer(services, actor, updated);
    },
  },
  {
    method: 'DELETE',
    url: ONE,
    operation: 'deleteOAuthIntegration',
    summary: 'Removes an integration with its associations; jobs keep what they were given',
    right: 'delete',
    shapes: { params: requests.byGuid, answers: { 204: null } },
    async run({ services, actor, params }) {
      await removeIntegration(services, actor, readGuid(params));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    url: `${ONE}/verify`,
    operation: 'verifyOAuthIntegration',
    summary: 'Proves a service account against its identity provider',
    priority: PRIORITIES.dials,
    right: 'commit',
    shapes: { params: requests.byGuid, answers: { 200: null } },
    async run({ services, actor, params }) {
      await verifyIntegration(services, actor, readGuid(params));
      return { headers: { 'content-type': 'application/json; charset=utf-8' } };
    },
  },
];

async function answer(services: Services, actor: Actor, one: PositIntegration) {
  return { headers: { etag: one.tag }, body: wireIntegration(one, await contentCounts(services, actor)) };
}

/** Null where any state will do. */
function expectationOf(ifMatch: string | undefined): ((tag: string) => boolean) | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return (tag) => tags.includes(tag);
}

/** What is undefined was not sent. */
function withoutGaps<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Members that are undefined are left out, so none of that type is left.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
