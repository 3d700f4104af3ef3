import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { type RestAnswer, rest } from '../../support/gateway/rest-client.ts';

export const CLOSED = { secretName: 'crm-prod-login', secretKey: 'password' };
export const LOCATION = { type: 'AWS_SECRET_MANAGER', region: 'eu-west-1' };

export interface MatillionWorld {
  readonly gateway: TestGateway;
  readonly project: string;
  /** Below the project; as an administrator unless it says otherwise. */
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    options?: { readonly token?: TestToken | null; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<RestAnswer>;
  /** Adds a plain connection; `other` is laid over its body. */
  add(name: string, other?: object): Promise<RestAnswer>;
  put(name: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<RestAnswer>;
  get(name: string): Promise<RestAnswer>;
}

export const PLAIN = {
  platformConnectionType: 'COMPONENT_BASIC',
  authProvider: 'NONE',
  authType: 'GENERIC_SECRET',
  connectionDetails: { description: 'CRM extract user', connectionProperties: CLOSED, secretsLocation: LOCATION },
};

export async function openMatillion(options: Parameters<typeof startGateway>[0] = {}): Promise<MatillionWorld> {
  const gateway = await startGateway(options);
  const admin = await gateway.token('admin');
  const { body } = await rest(gateway, 'GET /dpc/v1/projects', { token: admin });
  const project: string = body.results[0].id;
  const ask: MatillionWorld['ask'] = (method, path, body, { token = admin, headers = {} } = {}) =>
    rest(gateway, `${method} /dpc/v1/projects/${project}${path}`, { token, headers, ...(body === undefined ? {} : { body }) });
  return {
    gateway,
    project,
    ask,
    add: (name, other = {}) => ask('POST', '/connections', { name, ...PLAIN, ...other }),
    put: (name, body, headers = {}) => ask('PUT', `/connections?connectionName=${encodeURIComponent(name)}`, body, { headers }),
    get: (name) => ask('GET', `/connections?connectionNames=${encodeURIComponent(name)}`),
  };
}
