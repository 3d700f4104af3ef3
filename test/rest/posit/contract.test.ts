import { posit } from '../../../src/rest/posit/index.ts';
import { type DialectScene, describeDialect } from '../../contracts/dialect.ts';
import { startFakeTokenEndpoint } from '../../support/fakes/fake-token-endpoint.ts';
import type { TestToken } from '../../support/gateway/gateway.ts';

interface World {
  readonly contentGuid: string;
  readonly sessionToken: string;
  readonly accountGuid: string;
}
type Scene = DialectScene<World>;

const NOBODY = '0197f6a2-0000-7000-8000-000000000000';
const INTEGRATIONS = '/__api__/v1/oauth/integrations';
const SESSIONS = '/__api__/v1/oauth/sessions';
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const CONTENT = 'urn:posit:connect:content-session-token';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const key = ({ secret }: TestToken) => ({ authorization: `Key ${secret}` });

async function send(gateway: Scene['gateway'], token: TestToken, request: `${'POST' | 'PUT'} ${string}`, body: unknown) {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${gateway.url}${path}`, { method, headers: key(token), body: JSON.stringify(body) });
  return response.status === 204 ? null : await response.json();
}

const newIntegration = (secret: string) => ({
  name: 'made',
  template: 'custom',
  config: {
    client_id: 'client',
    client_secret: secret,
    authorization_uri: 'https://idp.invalid/auth',
    token_uri: 'https://idp.invalid/token',
  },
});

async function create(scene: Scene): Promise<string> {
  return (await send(scene.gateway, scene.tokens.owner, `POST ${INTEGRATIONS}`, newIntegration(scene.secret()))).guid;
}

const EDITORS = ['editor', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;
const EVERYBODY = ['viewer', 'job', 'editor', 'admin', 'owner'] as const;

const ofNobody = { path: `${INTEGRATIONS}/${NOBODY}`, status: 404 };

describeDialect<World>({
  dialect: posit,
  headersOf: key,
  nowhere: '/__api__/v1/nowhere',
  async world(gateway) {
    const provider = await startFakeTokenEndpoint([{ id: 'client', secret: 'right' }]);
    const { data } = await gateway.graphql('mutation { registerConsumer(name: "report") { sessionToken consumer { id } } }');
    const { sessionToken, consumer } = data.registerConsumer;
    const config = { auth_type: 'Service Account', client_id: 'client', client_secret: 'right', token_uri: `${provider.url}/token` };
    const account = await send(gateway, gateway.owner, `POST ${INTEGRATIONS}`, { template: 'custom', config });
    await send(gateway, gateway.owner, `PUT /__api__/v1/content/${consumer.id}/oauth/integrations/associations`, [
      { oauth_integration_guid: account.guid },
    ]);
    return { world: { contentGuid: consumer.id, sessionToken, accountGuid: account.guid }, close: () => provider.close() };
  },
  makes: create,
  cases: {
    readCurrentUser: { roles: EVERYBODY, status: 200, ask: () => ({ path: '/__api__/v1/user' }) },
    listOAuthIntegrations: { roles: EDITORS, status: 200, ask: () => ({ path: INTEGRATIONS }) },
    createOAuthIntegration: { roles: ADMINS, status: 200, ask: (scene) => ({ path: INTEGRATIONS, body: newIntegration(scene.secret()) }) },
    readOAuthIntegration: {
      roles: EDITORS,
      status: 200,
      ask: async (scene) => ({ path: `${INTEGRATIONS}/${await create(scene)}` }),
      unknown: () => ofNobody,
    },
    updateOAuthIntegration: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: `${INTEGRATIONS}/${await create(scene)}`, body: { config: { client_secret: scene.secret() } } }),
      unknown: () => ({ ...ofNobody, body: {} }),
    },
    deleteOAuthIntegration: {
      roles: ADMINS,
      status: 204,
      ask: async (scene) => ({ path: `${INTEGRATIONS}/${await create(scene)}` }),
      unknown: () => ofNobody,
    },
    verifyOAuthIntegration: {
      roles: ADMINS,
      status: 200,
      ask: ({ world }) => ({ path: `${INTEGRATIONS}/${world.accountGuid}/verify` }),
      unknown: () => ({ path: `${INTEGRATIONS}/${NOBODY}/verify`, status: 404 }),
    },
    exchangeOAuthCredentials: {
      roles: EVERYBODY,
      status: 200,
      ask: ({ world }) => ({
        path: `${INTEGRATIONS}/credentials`,
        body: new URLSearchParams({ grant_type: GRANT, subject_token_type: CONTENT, subject_token: world.sessionToken }).toString(),
        headers: FORM,
      }),
      unknown: ({ world }) => ({
        path: `${INTEGRATIONS}/credentials`,
        body: new URLSearchParams({
          grant_type: GRANT,
          subject_token_type: CONTENT,
          subject_token: world.sessionToken,
          audience: NOBODY,
        }).toString(),
        headers: FORM,
        status: 400,
      }),
    },
    listOAuthTemplates: { roles: EDITORS, status: 200, ask: () => ({ path: '/__api__/v1/oauth/templates' }) },
    readOAuthTemplate: {
      roles: EDITORS,
      status: 200,
      ask: () => ({ path: '/__api__/v1/oauth/templates/azure' }),
      unknown: () => ({ path: '/__api__/v1/oauth/templates/nothing', status: 404 }),
    },
    listOAuthSessions: { roles: EVERYBODY, status: 200, ask: () => ({ path: SESSIONS }) },
    // There are none, whoever asks.
    readOAuthSession: { roles: EVERYBODY, status: 404, ask: () => ({ path: `${SESSIONS}/${NOBODY}` }) },
    deleteOAuthSession: { roles: EVERYBODY, status: 404, ask: () => ({ path: `${SESSIONS}/${NOBODY}` }) },
    readContent: {
      roles: EDITORS,
      status: 200,
      ask: ({ world }) => ({ path: `/__api__/v1/content/${world.contentGuid}` }),
      unknown: () => ({ path: `/__api__/v1/content/${NOBODY}`, status: 404 }),
    },
    listContentAssociations: {
      roles: EDITORS,
      status: 200,
      ask: ({ world }) => ({ path: `/__api__/v1/content/${world.contentGuid}/oauth/integrations/associations` }),
      unknown: () => ({ path: `/__api__/v1/content/${NOBODY}/oauth/integrations/associations`, status: 404 }),
    },
    putContentAssociations: {
      roles: EDITORS,
      status: 204,
      ask: ({ world }) => ({
        path: `/__api__/v1/content/${world.contentGuid}/oauth/integrations/associations`,
        body: [{ oauth_integration_guid: world.accountGuid }],
      }),
      unknown: () => ({ path: `/__api__/v1/content/${NOBODY}/oauth/integrations/associations`, body: [], status: 404 }),
    },
    listIntegrationAssociations: {
      roles: ADMINS,
      status: 200,
      ask: ({ world }) => ({ path: `${INTEGRATIONS}/${world.accountGuid}/associations` }),
      unknown: () => ({ path: `${INTEGRATIONS}/${NOBODY}/associations`, status: 404 }),
    },
  },
});
