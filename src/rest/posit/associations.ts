import { readConsumer } from '../../operations/consumers/manage-consumers.ts';
import { associationsOfContent, associationsOfIntegration, putAssociations } from '../../operations/posit/associations.ts';
import type { Route } from '../kit/route.ts';
import { readAssociations, readGuid } from './read-body.ts';
import { wireAssociation, wireContent } from './render.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

const CONTENT = '/__api__/v1/content/:guid';
const OF_CONTENT = `${CONTENT}/oauth/integrations/associations`;

/** Content, and which integrations it uses. */
export const associations: readonly Route[] = [
  {
    method: 'GET',
    url: CONTENT,
    operation: 'readContent',
    summary: 'A registered consumer',
    right: 'stage',
    shapes: { params: requests.byGuid, answers: { 200: shapes.content } },
    run: async ({ services, actor, params }) => ({ body: wireContent(await readConsumer(services, actor, readGuid(params))) }),
  },
  {
    method: 'GET',
    url: OF_CONTENT,
    operation: 'listContentAssociations',
    summary: 'The integrations that content uses',
    right: 'stage',
    shapes: { params: requests.byGuid, answers: { 200: shapes.association.array() } },
    run: async ({ services, actor, params }) => ({
      body: (await associationsOfContent(services, actor, readGuid(params))).map(wireAssociation),
    }),
  },
  {
    method: 'PUT',
    url: OF_CONTENT,
    operation: 'putContentAssociations',
    summary: 'Replaces the integrations that content uses',
    right: 'stage',
    shapes: { params: requests.byGuid, body: requests.associations, answers: { 204: null } },
    async run({ services, actor, params, body }) {
      const contentGuid = readGuid(params);
      await readConsumer(services, actor, contentGuid);
      await putAssociations(services, actor, { contentGuid, guids: readAssociations(body) });
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    url: '/__api__/v1/oauth/integrations/:guid/associations',
    operation: 'listIntegrationAssociations',
    summary: 'The content that uses an integration',
    right: 'commit',
    shapes: { params: requests.byGuid, answers: { 200: shapes.association.array() } },
    run: async ({ services, actor, params }) => ({
      body: (await associationsOfIntegration(services, actor, readGuid(params))).map(wireAssociation),
    }),
  },
];
