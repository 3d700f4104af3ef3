import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import type { Overrides } from '../../../src/app/overrides.ts';
import { type App, createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';

import { makeStoreFolder } from '../store/store-folder.ts';
import { SHARED } from './shared-parts.ts';

const LONG = { abort: 600_000, end: 600_000 };

/** However busy the machine is: nothing is shed, nobody is refused for having waited, and nothing has taken too long. */
const CALM = {
  loadLevel: () => 'none',
  concurrency: { waitMs: LONG.end },
  executionMs: { quick: LONG, slow: LONG },
  validatorMs: 60_000,
} as const satisfies Overrides;

/** The whole gateway in this process, on a store of its own, behind a real listener. */
export interface TestGateway {
  /** Another one after a restart. */
  app: App;
  url: string;
  readonly dataDir: string;
  readonly owner: TestToken;
  /** Runs a document over HTTP and returns the answer's body. */
  graphql(query: string, variables?: object, token?: TestToken | null, headers?: Record<string, string>): Promise<Answer>;
  token(role: string): Promise<TestToken>;
  /** Closes the gateway and opens it again on the same store; `between` is what happens to that meanwhile. */
  restart(between?: () => void): Promise<void>;
  close(): Promise<void>;
}

export interface TestToken {
  readonly id: string;
  readonly secret: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read answers of documents they wrote themselves.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's.
  readonly data: any;
  readonly errors:
    | readonly {
        readonly message: string;
        readonly path?: readonly unknown[];
        readonly extensions: { readonly code: string } & Record<string, unknown>;
      }[]
    | undefined;
}

export async function startGateway(
  options: {
    readonly databaseUrl?: string;
    readonly egressAllow?: string;
    /** Give CHANGEOVER_LOG_LEVEL with a `logStream`: it is `silent` here. */
    readonly settings?: Readonly<Record<string, string>>;
  } & Overrides = {},
): Promise<TestGateway> {
  const dataDir = makeStoreFolder('changeover-gateway-');
  const environment: Record<string, string> = {
    PORT: '0',
    CHANGEOVER_DATA_DIR: dataDir,
    CHANGEOVER_EGRESS_ALLOW: options.egressAllow ?? 'loopback',
    CHANGEOVER_LOG_LEVEL: 'silent',
    // All clients of a suite share one address.
    CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000',
    ...options.settings,
  };
  if (options.databaseUrl !== undefined) {
    writeFileSync(join(dataDir, 'key'), randomBytes(32).toString('hex'), { mode: 0o600 });
    Object.assign(environment, { CHANGEOVER_DATABASE_URL: options.databaseUrl, CHANGEOVER_MASTER_KEY_FILE: join(dataDir, 'key') });
  }
  const open = () => {
    // Settings that a test has changed meanwhile are those of the next start.
    const config = readConfig({ ...environment, ...options.settings });
    return createApp(config, { ...CALM, ...(config.connectors.length === 0 ? SHARED : {}), ...options });
  };
  const app = await open();
  const created = await app.createFirstOwner();
  if (created === null) throw new Error('the store was not new');
  const owner = { id: created.token.id, secret: created.secret };
  let { server, url } = await listen(app);

  const graphql: TestGateway['graphql'] = async (query, variables = {}, token = owner, headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { 'x-mcd-id': token.id, 'x-mcd-token': token.secret }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const body = JSON.parse(text) as Pick<Answer, 'data' | 'errors'>;
    return { status: response.status, headers: response.headers, text, data: body.data, errors: body.errors };
  };

  const close = async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await gateway.app.close();
  };

  const gateway: TestGateway = {
    app,
    url,
    dataDir,
    owner,
    graphql,
    async token(role) {
      const { data } = await graphql('mutation ($role: [Role!]!) { createToken(name: "test", roles: $role) { secret token { id } } }', {
        role: [role],
      });
      return { id: data.createToken.token.id, secret: data.createToken.secret };
    },
    async restart(between = () => {}) {
      await close();
      between();
      gateway.app = await open();
      ({ server, url } = await listen(gateway.app));
      gateway.url = url;
    },
    close,
  };
  return gateway;
}

async function listen(app: App): Promise<{ readonly server: Server; readonly url: string }> {
  const server = await app.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listener: unknown = server;
  return { server, url: `${listener instanceof TlsServer ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A webhook receiver that answers whatever it is told to, and counts. */
export interface Receiver {
  readonly url: string;
  status: number;
  /** Holds answers back until it resolves. */
  hold: Promise<void>;
  calls: number;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const receiver = { url: '', status: 204, hold: Promise.resolve(), calls: 0, close: () => server.close() };
  const server = createServer((request, response) => {
    request.resume();
    receiver.calls += 1;
    void receiver.hold.then(() => response.writeHead(receiver.status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

export const SECRET = 'a signing secret of the first version';

/** Adds a webhook connection over the API and returns its id. */
export async function addWebhook(gateway: TestGateway, receiver: Receiver, name: string, secret = SECRET): Promise<string> {
  const staged = await gateway.graphql(
    'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
    { d: { url: receiver.url, signingSecret: secret } },
  );
  const added = await gateway.graphql(
    'mutation ($k: String!, $n: String!) { addConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid } } }',
    { k: staged.data.testWebhookCredentialsV2.key, n: name },
  );
  return added.data.addConnection.connection.uuid;
}

export async function stageSecret(gateway: TestGateway, connectionId: string, secret: string, token?: TestToken): Promise<string> {
  const staged = await gateway.graphql(
    'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
    { c: { signingSecret: secret }, id: connectionId },
    token,
  );
  return staged.data.updateWebhookCredentialsV2.result.key;
}

export const COMMIT =
  'mutation ($key: String!, $id: UUID!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $key) { success version updatedAt } }';
