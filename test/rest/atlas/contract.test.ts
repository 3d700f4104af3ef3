import { shortId } from '../../../src/domain/token/service-account.ts';
import { SERVICES } from '../../../src/rest/atlas/fields/services.ts';
import { atlas } from '../../../src/rest/atlas/index.ts';
import { type DialectScene, describeDialect, type RouteCase } from '../../contracts/dialect.ts';
import type { TestGateway } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { rest } from '../../support/gateway/rest-client.ts';

const HEADERS = { accept: 'application/vnd.atlas.2023-01-01+json' };
const READERS = ['viewer', 'editor', 'admin', 'owner'] as const;
const WRITERS = ['admin', 'owner'] as const;

type World = { readonly groupId: string };
type Scene = DialectScene<World>;

const pathOf = ({ world }: Scene, version: string, suffix = '') => `/api/atlas/${version}/groups/${world.groupId}/integrations${suffix}`;
const nowhereIn = (version: string, suffix: string) => `/api/atlas/${version}/groups/${'0'.repeat(24)}/integrations${suffix}`;

/** OPS_GENIE as it has to be for the next request: there with a secret, or not there. */
async function withService(scene: Scene, isThere: boolean): Promise<object> {
  const path = pathOf(scene, 'v2', '/OPS_GENIE');
  const body = { apiKey: scene.secret() };
  await rest(scene.gateway, `DELETE ${path}`, { headers: HEADERS });
  if (isThere) await rest(scene.gateway, `POST ${path}`, { headers: HEADERS, body });
  return { apiKey: scene.secret(), region: 'EU' };
}

function casesOf(version: string, suffix: string): Readonly<Record<string, RouteCase<World>>> {
  const unknown = (path: string, body?: object) => () => ({
    path: nowhereIn(version, path),
    headers: HEADERS,
    status: 404,
    ...(body === undefined ? {} : { body }),
  });
  return {
    [`listGroups${suffix}`]: {
      ask: () => ({ path: `/api/atlas/${version}/groups`, headers: HEADERS }),
      roles: ['viewer', 'job', 'editor', 'admin', 'owner'],
      status: 200,
    },
    [`listGroupIntegrations${suffix}`]: {
      ask: (scene) => ({ path: pathOf(scene, version), headers: HEADERS }),
      roles: READERS,
      status: 200,
      unknown: unknown(''),
    },
    [`getGroupIntegration${suffix}`]: {
      ask: async (scene) => {
        await withService(scene, true);
        return { path: pathOf(scene, version, '/OPS_GENIE'), headers: HEADERS };
      },
      roles: READERS,
      status: 200,
      unknown: unknown('/OPS_GENIE'),
    },
    [`createGroupIntegration${suffix}`]: {
      ask: async (scene) => ({ path: pathOf(scene, version, '/OPS_GENIE'), headers: HEADERS, body: await withService(scene, false) }),
      roles: WRITERS,
      status: 200,
      unknown: unknown('/OPS_GENIE', {}),
    },
    [`updateGroupIntegration${suffix}`]: {
      ask: async (scene) => ({ path: pathOf(scene, version, '/OPS_GENIE'), headers: HEADERS, body: await withService(scene, true) }),
      roles: WRITERS,
      status: 200,
      unknown: unknown('/OPS_GENIE', {}),
    },
    [`deleteGroupIntegration${suffix}`]: {
      ask: async (scene) => {
        await withService(scene, true);
        return { path: pathOf(scene, version, '/OPS_GENIE'), headers: HEADERS };
      },
      roles: WRITERS,
      status: 204,
      unknown: unknown('/OPS_GENIE'),
    },
  };
}

describeDialect<World>({
  dialect: atlas,
  overrides: NOBODY_ANSWERS,
  settings: { CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '100000' },
  headersOf: ({ secret }) => ({ authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...HEADERS }),
  async world(gateway: TestGateway) {
    return { world: { groupId: shortId(gateway.app.projectId) }, close: () => {} };
  },
  cases: { ...casesOf('v2', ''), ...casesOf('v1.0', 'V1') },
  refused: 401,
  nowhere: '/api/atlas/v2/nothing',
  async makes(scene) {
    await withService(scene, true);
    const kind = SERVICES.find(({ type }) => type === 'OPS_GENIE')?.kind;
    const { data } = await scene.gateway.graphql('{ connections(first: 50) { edges { node { id currentVersion { kind } } } } }');
    const found = data.connections.edges.find(
      ({ node }: { readonly node: { readonly currentVersion: { readonly kind: string } } }) => node.currentVersion.kind === kind,
    );
    return found.node.id;
  },
});
