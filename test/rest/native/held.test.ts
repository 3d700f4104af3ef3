import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { lerianClient } from '../../support/gateway/lerian-client.ts';
import { rest } from '../../support/gateway/rest-client.ts';

let gateway: TestGateway;
let receiver: Receiver;
let admin: TestToken;
let job: TestToken;

beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startGateway();
  [admin, job] = [await gateway.token('admin'), await gateway.token('job')];
});
afterAll(async () => {
  await gateway.close();
  receiver.close();
});

const actions = async (connectionId: string) => {
  const query = 'query ($id: UUID!) { auditLog(filter: { entityId: $id }) { edges { node { action } } } }';
  const { data, errors } = await gateway.graphql(query, { id: connectionId });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const edges: readonly { readonly node: { readonly action: string } }[] = data.auditLog.edges;
  return edges.map(({ node }) => node.action).filter((action) => /^lease\.(end|release)$/.test(action));
};

describe("somebody's lease", () => {
  test('is listed without its key, and ended by an administrator, once in the audit, after which its job reads nothing', async () => {
    const id = await addWebhook(gateway, receiver, 'hooks');
    const taken = await rest(gateway, `POST /api/v1/connections/${id}/leases`, { token: job, body: { job: 'nightly' } });
    const { key, lease } = taken.body;
    const listed = await rest(gateway, `GET /api/v1/connections/${id}/leases`, { token: admin });
    const end = () => rest(gateway, `POST /api/v1/leases/${lease.id}/end`, { token: admin });
    const [ended, again] = [await end(), await end()];
    const read = await rest(gateway, 'POST /api/v1/leases/read', { token: job, body: { key } });
    const left = await rest(gateway, `GET /api/v1/connections/${id}/leases`, { token: admin });
    expect({
      listed: listed.body,
      showsKey: listed.text.includes(key) || ended.text.includes(key),
      ended: [ended.status, ended.body.releasedAt !== null],
      same: again.text === ended.text,
      read: [read.status, read.body.code],
      left: left.body,
      audit: await actions(id),
    }).toEqual({
      listed: { leases: [lease] },
      showsKey: false,
      ended: [200, true],
      same: true,
      read: [404, 'NOT_FOUND'],
      left: { leases: [] },
      audit: ['lease.end'],
    });
  });

  test('that refuses a commit is named in the refusal, and no longer in the way once it is ended', async () => {
    const made = (await lerianClient(gateway).create({ configName: 'held-back' })).body;
    await rest(gateway, `POST /api/v1/connections/${made.id}/leases`, { token: job, body: { job: 'nightly' } });
    const staged = await rest(gateway, `POST /api/v1/connections/${made.id}/changes`, { body: { changes: { password: 'the new one' } } });
    const commit = () => rest(gateway, `POST /api/v1/connections/${made.id}/commit`, { body: { key: staged.body.key } });
    const refused = await commit();
    const [{ leaseId }] = refused.body.jobs;
    await rest(gateway, `POST /api/v1/leases/${leaseId}/end`, { token: admin });
    const done = await commit();
    expect({ refused: [refused.status, refused.body.code], done: [done.status, done.body.state] }).toEqual({
      refused: [409, 'CONNECTION_IN_USE'],
      done: [200, 'COMMITTED'],
    });
  });

  test("is nobody else's to end: a job gives its own back by the key", async () => {
    const id = await addWebhook(gateway, receiver, 'own');
    const { lease } = (await rest(gateway, `POST /api/v1/connections/${id}/leases`, { token: job, body: { job: 'nightly' } })).body;
    const answer = await rest(gateway, `POST /api/v1/leases/${lease.id}/end`, { token: job });
    expect({ status: answer.status, code: answer.body.code, type: answer.headers.get('content-type') }).toEqual({
      status: 403,
      code: 'FORBIDDEN',
      type: 'application/problem+json; charset=utf-8',
    });
  });
});

describe("a job of Lerian's clients", () => {
  const start = async (token: TestToken, ...names: readonly string[]) => {
    const ids = [];
    for (const configName of names) ids.push((await lerianClient(gateway).create({ configName })).body.id as string);
    const mappedFields = Object.fromEntries(names.map((name) => [name, { accounts: ['id'] }]));
    const body = { dataRequest: { mappedFields }, metadata: { source: 'billing' } };
    return { ids, jobId: (await lerianClient(gateway, token).send('POST /v1/fetcher', body)).body.jobId as string };
  };
  const stateOf = async (jobId: string) => (await lerianClient(gateway).send(`GET /v1/fetcher/${jobId}`)).body.status;
  const end = (jobId: string, token: TestToken) => rest(gateway, `POST /api/v1/jobs/${jobId}/end`, { token });

  test('is completed by whoever started it, with all its leases, and its connections are free for changes', async () => {
    const { ids, jobId } = await start(job, 'first', 'second');
    const running = await stateOf(jobId);
    const [ended, again] = [await end(jobId, job), await end(jobId, job)];
    const patched = [];
    for (const id of ids) patched.push((await lerianClient(gateway).patch(id, { schema: 'core' })).status);
    expect({
      running,
      ended: [ended.status, ended.body.leases.length],
      same: again.text === ended.text,
      state: await stateOf(jobId),
      patched,
      audit: [await actions(ids[0] ?? ''), await actions(ids[1] ?? '')],
    }).toEqual({
      running: 'processing',
      ended: [200, 2],
      same: true,
      state: 'completed',
      patched: [200, 200],
      audit: [['lease.release'], ['lease.release']],
    });
  });

  test("is ended by an administrator too, and by no other job's token", async () => {
    const { ids, jobId } = await start(job, 'third');
    const stranger = await end(jobId, await gateway.token('job'));
    const between = await stateOf(jobId);
    const ended = await end(jobId, admin);
    expect({
      stranger: [stranger.status, stranger.body.code],
      between,
      ended: ended.status,
      state: await stateOf(jobId),
      audit: await actions(ids[0] ?? ''),
    }).toEqual({ stranger: [403, 'FORBIDDEN'], between: 'processing', ended: 200, state: 'completed', audit: ['lease.end'] });
  });
});
