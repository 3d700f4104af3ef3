import { native } from '../../../src/rest/native/index.ts';
import { type DialectScene, describeDialect } from '../../contracts/dialect.ts';
import { addWebhook, type Receiver, startReceiver, type TestToken } from '../../support/gateway/gateway.ts';

interface World {
  readonly receiver: Receiver;
  readonly connectionId: string;
}
type Scene = DialectScene<World>;

const NOBODY = '0197f6a2-0000-7000-8000-000000000000';
const bearer = ({ secret }: TestToken) => ({ authorization: `Bearer ${secret}` });

async function post(scene: Scene, path: string, body: object, token: TestToken = scene.tokens.owner) {
  const headers = { ...bearer(token), 'content-type': 'application/json' };
  const response = await fetch(`${scene.gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return await response.json();
}

const add = (scene: Scene) => addWebhook(scene.gateway, scene.world.receiver, `made for ${scene.secret().slice(-30)}`, scene.secret());

async function stage(scene: Scene): Promise<{ readonly id: string; readonly key: string }> {
  const id = await add(scene);
  const { key } = await post(scene, `/api/v1/connections/${id}/changes`, { changes: { signingSecret: scene.secret() } });
  return { id, key };
}

async function lease(scene: Scene): Promise<{ readonly key: string; readonly lease: { readonly id: string } }> {
  const path = `/api/v1/connections/${scene.world.connectionId}/leases`;
  return await post(scene, path, { job: 'contract' }, scene.tokens.job);
}
const leaseKey = async (scene: Scene) => (await lease(scene)).key;

/** A job of Lerian's clients, which another token has started. */
async function startJob(scene: Scene): Promise<string> {
  const configName = `ledger-${scene.secret().slice(-40, -24).replace(/\W/g, '')}`;
  const details = { type: 'POSTGRESQL', host: '127.0.0.1', port: 1, databaseName: 'ledger', userName: 'reader', password: scene.secret() };
  const headers = { ...bearer(scene.gateway.owner), 'x-product-name': 'billing' };
  const send = async (path: string, body: object) =>
    await (await fetch(`${scene.gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  await send('/v1/management/connections', { configName, ...details });
  const mappedFields = { [configName]: { accounts: ['id'] } };
  return (await send('/v1/fetcher', { dataRequest: { mappedFields }, metadata: { source: 'billing' } })).jobId;
}

const READERS = ['viewer', 'editor', 'admin', 'owner'] as const;
const EDITORS = ['editor', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;

describeDialect<World>({
  dialect: native,
  headersOf: bearer,
  nowhere: '/api/v1/nowhere',
  async world(gateway) {
    const receiver = await startReceiver();
    return { world: { receiver, connectionId: await addWebhook(gateway, receiver, 'held') }, close: () => receiver.close() };
  },
  makes: add,
  cases: {
    findConnections: { roles: READERS, status: 200, ask: () => ({ path: '/api/v1/connections?name=held' }) },
    readConnection: {
      roles: READERS,
      status: 200,
      ask: ({ world }) => ({ path: `/api/v1/connections/${world.connectionId}` }),
      unknown: () => ({ path: `/api/v1/connections/${NOBODY}`, status: 404 }),
    },
    stageChange: {
      roles: EDITORS,
      status: 201,
      ask: (scene) => ({
        path: `/api/v1/connections/${scene.world.connectionId}/changes`,
        body: { changes: { signingSecret: scene.secret() } },
      }),
      unknown: (scene) => ({
        path: `/api/v1/connections/${NOBODY}/changes`,
        body: { changes: { signingSecret: scene.secret() } },
        status: 404,
      }),
    },
    validateChange: {
      roles: EDITORS,
      status: 200,
      ask: async (scene) => ({ path: '/api/v1/changes/validate', body: { key: (await stage(scene)).key } }),
      unknown: () => ({ path: '/api/v1/changes/validate', body: { key: `chg_tmp_${'a'.repeat(43)}` }, status: 404 }),
    },
    commitChange: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => {
        const { id, key } = await stage(scene);
        return { path: `/api/v1/connections/${id}/commit`, body: { key } };
      },
      unknown: ({ world }) => ({
        path: `/api/v1/connections/${world.connectionId}/commit`,
        body: { key: `chg_tmp_${'a'.repeat(43)}` },
        status: 404,
      }),
    },
    rollBackConnection: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => {
        const { id, key } = await stage(scene);
        await post(scene, `/api/v1/connections/${id}/commit`, { key });
        return { path: `/api/v1/connections/${id}/roll-back`, body: { version: 1 } };
      },
      unknown: () => ({ path: `/api/v1/connections/${NOBODY}/roll-back`, body: {}, status: 404 }),
    },
    acquireLease: {
      roles: ['job'],
      status: 201,
      reveals: true,
      ask: ({ world }) => ({ path: `/api/v1/connections/${world.connectionId}/leases`, body: { job: 'contract' } }),
      unknown: () => ({ path: `/api/v1/connections/${NOBODY}/leases`, body: { job: 'contract' }, status: 404 }),
    },
    readLease: {
      roles: ['job'],
      status: 200,
      reveals: true,
      ask: async (scene) => ({ path: '/api/v1/leases/read', body: { key: await leaseKey(scene) } }),
      unknown: () => ({ path: '/api/v1/leases/read', body: { key: `chg_lse_${'a'.repeat(43)}` }, status: 404 }),
    },
    renewLease: {
      roles: ['job'],
      status: 200,
      ask: async (scene) => ({ path: '/api/v1/leases/renew', body: { key: await leaseKey(scene), ttlSeconds: 60 } }),
      unknown: () => ({ path: '/api/v1/leases/renew', body: { key: `chg_lse_${'a'.repeat(43)}` }, status: 404 }),
    },
    releaseLease: {
      roles: ['job'],
      status: 200,
      ask: async (scene) => ({ path: '/api/v1/leases/release', body: { key: await leaseKey(scene) } }),
      unknown: () => ({ path: '/api/v1/leases/release', body: { key: `chg_lse_${'a'.repeat(43)}` }, status: 404 }),
    },
    listLeases: {
      roles: READERS,
      status: 200,
      ask: ({ world }) => ({ path: `/api/v1/connections/${world.connectionId}/leases` }),
      unknown: () => ({ path: `/api/v1/connections/${NOBODY}/leases`, status: 404 }),
    },
    endLease: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: `/api/v1/leases/${(await lease(scene)).lease.id}/end` }),
      unknown: () => ({ path: `/api/v1/leases/${NOBODY}/end`, status: 404 }),
    },
    endJob: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: `/api/v1/jobs/${await startJob(scene)}/end` }),
      unknown: () => ({ path: `/api/v1/jobs/${NOBODY}/end`, status: 404 }),
    },
  },
});
