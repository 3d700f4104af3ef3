import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { lerian } from '../../../src/rest/lerian/index.ts';
import { type DialectScene, describeDialect } from '../../contracts/dialect.ts';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { C, LEDGER } from '../../support/gateway/lerian-client.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';

interface World {
  readonly port: number;
}
type Scene = DialectScene<World>;

const NOBODY = '0197f6a2-0000-7000-8000-000000000000';
const bearer = ({ secret }: TestToken) => ({ authorization: `Bearer ${secret}` });
const product = { 'x-product-name': 'billing' };
const EVERYBODY = ['viewer', 'job', 'editor', 'admin', 'owner'] as const;
const EDITORS = ['editor', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;
const HOLDERS = ['job', 'admin', 'owner'] as const;

const server = await startPostgres();
await server.createDatabase('ledger');
await server.query("create role reader login password 'reader-password-1'");
await server.query('create table accounts (id int, balance int); grant select on accounts to reader', 'ledger');

let count = 0;
const bodyOf = ({ world }: Scene, changed: object = {}) => ({
  ...LEDGER,
  configName: `made-${count++}`,
  port: world.port,
  password: 'reader-password-1',
  ...changed,
});

async function made(scene: Scene, changed: object = {}): Promise<{ readonly id: string; readonly configName: string }> {
  const headers = { ...bearer(scene.tokens.owner), ...product, 'content-type': 'application/json' };
  const response = await fetch(`${scene.gateway.url}${C}`, { method: 'POST', headers, body: JSON.stringify(bodyOf(scene, changed)) });
  return await response.json();
}

async function job(scene: Scene): Promise<{ readonly path: string; readonly body: object }> {
  const { configName } = await made(scene);
  return {
    path: '/v1/fetcher',
    body: { dataRequest: { mappedFields: { [configName]: { accounts: ['id'] } } }, metadata: { source: 'billing' } },
  };
}

describeDialect<World>({
  dialect: lerian,
  headersOf: bearer,
  nowhere: '/v1/management/products',
  world: async () => ({ world: { port: server.port }, close: () => {} }),
  makes: async (scene) => (await made(scene)).id,
  cases: {
    listConnections: { roles: EVERYBODY, status: 200, ask: () => ({ path: `${C}?limit=5` }) },
    listUnassignedConnections: { roles: EVERYBODY, status: 200, ask: () => ({ path: `${C}/unassigned` }) },
    getConnection: {
      roles: EVERYBODY,
      status: 200,
      ask: async (scene) => ({ path: `${C}/${(await made(scene)).id}` }),
      unknown: () => ({ path: `${C}/${NOBODY}`, status: 404 }),
    },
    createConnection: {
      roles: ADMINS,
      status: 201,
      ask: (scene) => ({
        path: C,
        headers: product,
        body: bodyOf(scene, { password: scene.secret(), ssl: { mode: 'disable', key: scene.secret() } }),
      }),
    },
    updateConnection: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: `${C}/${(await made(scene)).id}`, body: { password: scene.secret(), metadata: { team: 'a' } } }),
      unknown: (scene) => ({ path: `${C}/${NOBODY}`, body: { password: scene.secret() }, status: 404 }),
    },
    deleteConnection: {
      roles: ADMINS,
      status: 204,
      ask: async (scene) => ({ path: `${C}/${(await made(scene)).id}` }),
      unknown: () => ({ path: `${C}/${NOBODY}`, status: 404 }),
    },
    assignConnection: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: `${C}/${await unassigned(scene)}/assign`, headers: product }),
      unknown: () => ({ path: `${C}/${NOBODY}/assign`, headers: product, status: 404 }),
    },
    testConnection: {
      roles: EDITORS,
      status: 200,
      ask: async (scene) => ({ path: `${C}/${(await made(scene)).id}/test` }),
      unknown: () => ({ path: `${C}/${NOBODY}/test`, status: 404 }),
    },
    getConnectionSchema: {
      roles: EVERYBODY,
      status: 200,
      ask: async (scene) => ({ path: `${C}/${(await made(scene)).id}/schema` }),
      unknown: () => ({ path: `${C}/${NOBODY}/schema`, status: 404 }),
    },
    validateSchema: {
      roles: EDITORS,
      status: 200,
      ask: async (scene) => ({
        path: `${C}/validate-schema`,
        body: { mappedFields: { [(await made(scene)).configName]: { accounts: ['id'] } } },
      }),
    },
    createJob: { roles: HOLDERS, status: 202, ask: job },
    getJob: {
      roles: EVERYBODY,
      status: 200,
      ask: async (scene) => {
        const { path, body } = await job(scene);
        const headers = { ...bearer(scene.tokens.job), 'content-type': 'application/json' };
        const response = await fetch(`${scene.gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
        return { path: `/v1/fetcher/${(await response.json()).jobId}` };
      },
      unknown: () => ({ path: `/v1/fetcher/${NOBODY}`, status: 404 }),
    },
  },
});

/** One that another way in has made, without a product. */
async function unassigned({ gateway: { app }, world }: Scene): Promise<string> {
  const actor = localActor(app.projectId, 'test', { id: 'test', ip: null, client: {} });
  const details = { host: '127.0.0.1', port: world.port, database: 'ledger', user: 'reader', password: 'reader-password-1' };
  const integration = { name: `elsewhere ${count++}` };
  return (await createConnection(app.services, actor, { kind: 'postgres', details, integration, isActive: false })).connectionId;
}
