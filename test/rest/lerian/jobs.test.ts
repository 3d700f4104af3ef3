import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { lerianClient, told } from '../../support/gateway/lerian-client.ts';
import { createTestClock } from '../../support/store/services.ts';

let gateway: TestGateway;
let client: ReturnType<typeof lerianClient>;
let job: TestToken;
const clock = createTestClock();

beforeAll(async () => {
  gateway = await startGateway({ clock });
  client = lerianClient(gateway);
  job = await gateway.token('job');
});
afterAll(() => gateway.close());

const request = (...names: readonly string[]) => ({
  dataRequest: { mappedFields: Object.fromEntries(names.map((name) => [name, { accounts: ['id'] }])) },
  metadata: { source: 'billing' },
});
const start = (body: unknown, token = job) => lerianClient(gateway, token).send('POST /v1/fetcher', body);
const read = (id: string) => lerianClient(gateway, job).send(`GET /v1/fetcher/${id}`);

describe('a job', () => {
  test('keeps its connections as they are until its time is over, whatever they are called meanwhile', async () => {
    const { id } = (await client.create({ configName: 'kept' })).body;
    const started = await start(request('kept'));
    const running = await read(started.body.jobId);
    const held = [await client.patch(id, { schema: 'core' }), await client.patch(id, { configName: 'renamed' }), await client.remove(id)];
    clock.advance(16 * 60 * 1000);
    const over = await read(started.body.jobId);
    const free = await client.patch(id, { schema: 'core' });
    expect({
      started: [started.status, started.body.status, started.body.createdAt],
      running: [running.status, running.body.status, running.body.mappedFields, running.body.metadata, running.body.completedAt],
      held: held.map(told),
      over: [over.body.status, typeof over.body.completedAt],
      free: free.status,
    }).toEqual({
      started: [202, 'pending', running.body.createdAt],
      running: [200, 'processing', { kept: { accounts: ['id'] } }, { source: 'billing' }, undefined],
      held: held.map(() => ({ status: 409, code: 'FET-1021' })),
      over: ['failed', 'string'],
      free: 200,
    });
  });

  test('is done once its leases are ended, and shown to GraphQL as those', async () => {
    const { id } = (await client.create({ configName: 'done' })).body;
    const { jobId } = (await start(request('done'))).body;
    const { data } = await gateway.graphql('{ leases(live: true) { edges { node { id job connectionId } } } }');
    const edges: readonly { readonly node: { readonly id: string; readonly job: string; readonly connectionId: string } }[] =
      data.leases.edges;
    const live = edges.filter(({ node }) => node.job === 'billing: fetcher job' && node.connectionId === id);
    for (const { node } of live) await gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { id } }', { id: node.id });
    expect({ leases: live.length, status: (await read(jobId)).body.status }).toEqual({ leases: 1, status: 'completed' });
  });

  test('is the same for the same body within five minutes, also at the same moment', async () => {
    await client.create({ configName: 'repeated' });
    const both = await Promise.all([start(request('repeated')), start(request('repeated'))]);
    const later = await start(request('repeated'));
    clock.advance(5 * 60 * 1000);
    const another = await start(request('repeated'));
    const ids = [...both, later].map(({ body }) => body.jobId);
    expect({
      statuses: both.map(({ status }) => status).sort(),
      later: later.status,
      same: new Set(ids).size,
      another: [another.status, ids.includes(another.body.jobId)],
    }).toEqual({ statuses: [200, 202], later: 200, same: 1, another: [202, false] });
  });

  test('needs data sources that are there, of the product that it says', async () => {
    await client.create({ configName: 'ours' });
    await client.create({ configName: 'theirs' }, 'payments');
    const answers = {
      nobody: await start(request('ours', 'nobody')),
      other: await start(request('ours', 'theirs')),
      noSource: await start({ ...request('ours'), metadata: {} }),
      noRequest: await start({ metadata: { source: 'billing' } }),
      nothing: await start({ dataRequest: { mappedFields: {} }, metadata: { source: 'billing' } }),
      wrong: await start({ dataRequest: { mappedFields: { ours: { accounts: 'id' } } }, metadata: { source: 'billing' } }),
      viewer: await start(request('ours'), await gateway.token('viewer')),
    };
    expect(Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, told(answer).code]))).toEqual({
      nobody: 'FET-1020',
      other: 'FET-1016',
      noSource: 'FET-0402',
      noRequest: 'FET-0402',
      nothing: 'FET-0402',
      wrong: 'FET-0001',
      viewer: '403',
    });
  });
});
