import { afterAll, beforeAll } from 'vitest';
import { startFakeTokenEndpoint } from '../../support/fakes/fake-token-endpoint.ts';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { type RestAnswer, type RestRequest, rest } from '../../support/gateway/rest-client.ts';

export const SECRET = 'CNRY-a-secret-of-the-first-version';

/** What Posit's SDK makes in its own tests. */
export const CUSTOM = {
  auth_mode: 'Confidential',
  authorization_uri: 'https://idp.invalid/auth',
  client_id: 'client',
  client_secret: SECRET,
  scopes: 'a b c',
  token_endpoint_auth_method: 'client_secret_post',
  token_uri: 'https://idp.invalid/token',
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export const INTEGRATIONS = '/v1/oauth/integrations';

export interface PositWorld {
  gateway: TestGateway;
  provider: Awaited<ReturnType<typeof startFakeTokenEndpoint>>;
  tokens: Record<'admin' | 'editor' | 'viewer' | 'job', TestToken>;
  /** Asks as an administrator unless it says otherwise. */
  ask(request: `${Method} ${string}`, options?: RestRequest): Promise<RestAnswer>;
  create(config?: object, more?: object): Promise<RestAnswer['body']>;
  /** A service account at the fake provider. */
  account(): Promise<RestAnswer['body']>;
  register(name?: string): Promise<{ readonly guid: string; readonly sessionToken: string }>;
}

/** A gateway with a token of each role, and an identity provider that knows a client. */
export function positWorld(start: () => Promise<TestGateway> = () => startGateway()): PositWorld {
  const world: PositWorld = {
    gateway: undefined as unknown as TestGateway,
    provider: undefined as unknown as Awaited<ReturnType<typeof startFakeTokenEndpoint>>,
    tokens: {} as Record<'admin' | 'editor' | 'viewer' | 'job', TestToken>,
    ask: (request: `${Method} ${string}`, { token = world.tokens.admin, headers = {}, ...rest_ }: RestRequest = {}) => {
      const [method, path] = request.split(' ');
      return rest(world.gateway, `${method as Method} /__api__${path}`, {
        ...rest_,
        token: null,
        headers: { ...(token === null ? {} : { authorization: `Key ${token.secret}` }), ...headers },
      });
    },
    async create(config: object = CUSTOM, more: object = {}) {
      const { body } = await world.ask(`POST ${INTEGRATIONS}`, {
        body: { name: 'one', description: null, template: 'custom', config, ...more },
      });
      return body;
    },
    account: () =>
      world.create({ auth_type: 'Service Account', client_id: 'client', client_secret: SECRET, token_uri: `${world.provider.url}/token` }),
    async register(name = 'report') {
      const { data } = await world.gateway.graphql(
        'mutation ($n: String!) { registerConsumer(name: $n) { sessionToken consumer { id } } }',
        {
          n: name,
        },
      );
      const { sessionToken, consumer } = data.registerConsumer;
      return { guid: consumer.id as string, sessionToken: sessionToken as string };
    },
  };
  beforeAll(async () => {
    world.gateway = await start();
    world.provider = await startFakeTokenEndpoint([{ id: 'client', secret: SECRET }]);
    for (const role of ['admin', 'editor', 'viewer', 'job'] as const) world.tokens[role] = await world.gateway.token(role);
  });
  afterAll(async () => {
    await world.gateway.close();
    world.provider.close();
  });
  return world;
}
