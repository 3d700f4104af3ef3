import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { formsOf } from '../../contracts/connector.ts';
import {
  addWebhook,
  COMMIT,
  type Receiver,
  SECRET,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
} from '../../support/gateway/gateway.ts';
import { type KeptLog, keepLog } from '../../support/gateway/kept-log.ts';
import { ACQUIRE, READ } from '../../support/protocol/protocol.ts';

let gateway: TestGateway;
let receiver: Receiver;
const logs: Record<'info' | 'debug', KeptLog> = { info: keepLog(), debug: keepLog() };
beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startGateway({ settings: { CHANGEOVER_LOG_LEVEL: 'debug' }, logStream: logs.debug.stream });
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

/** The request's line, once it is written: that is after its answer was sent. */
async function lineOf(log: KeptLog, requestId: string): Promise<Record<string, unknown> | undefined> {
  await expect.poll(() => log.of('request').some((line) => line.requestId === requestId)).toBe(true);
  return log.of('request').find((line) => line.requestId === requestId);
}

const traced = (id: string) => ({ 'x-mcd-trace-id': id });

test("a request's line says which it was, by whom and how it ended, and nothing of what it asked", async () => {
  await gateway.graphql('query Whoami { getUser { id } }', {}, undefined, traced('trace-1'));
  await gateway.graphql(
    'mutation Gone { discardChange(id: "00000000-0000-7000-8000-000000000000") { id } }',
    {},
    undefined,
    traced('trace-2'),
  );
  await gateway.graphql('{ getUser { id } }', {}, null, traced('trace-3'));
  const line = { method: 'POST', route: '/graphql', status: 200, codes: '', actor: gateway.owner.id, operation: null };
  expect({
    named: await lineOf(logs.debug, 'trace-1'),
    failed: await lineOf(logs.debug, 'trace-2'),
    anonymous: await lineOf(logs.debug, 'trace-3'),
  }).toEqual({
    named: { ...line, level: 'debug', requestId: 'trace-1', operation: 'Whoami' },
    failed: { ...line, level: 'info', requestId: 'trace-2', operation: 'Gone', codes: 'NOT_FOUND' },
    anonymous: { ...line, level: 'debug', requestId: 'trace-3', status: 401, codes: 'UNAUTHENTICATED', actor: null },
  });
});

test('a method that is not served is logged with its code', async () => {
  await fetch(`${gateway.url}/graphql`, { method: 'DELETE', headers: traced('trace-4') });
  expect(await lineOf(logs.debug, 'trace-4')).toMatchObject({ method: 'DELETE', status: 405, codes: 'METHOD_NOT_ALLOWED' });
});

test('the id that a client gives goes with its request to the line of each validator that it runs', async () => {
  const id = await addWebhook(gateway, receiver, 'traced');
  const key = await stageSecret(gateway, id, 'a secret of the second version');
  receiver.status = 500;
  const refused = await gateway.graphql(COMMIT, { id, key }, undefined, traced('rotation-17'));
  receiver.status = 204;
  expect({
    id: refused.headers.get('x-request-id'),
    logged: logs.debug.of('validation').filter(({ requestId }) => requestId === 'rotation-17'),
  }).toEqual({
    id: 'rotation-17',
    logged: [
      {
        level: 'info',
        requestId: 'rotation-17',
        kind: 'webhook',
        validator: 'validate_connection',
        status: 'failed',
        codes: 'PROVIDER_DOWN',
        connectionId: id,
      },
    ],
  });
});

test('no name that a caller chooses ends a line or acts on a terminal', async () => {
  const hostile = 'a\r\nb\u001b[31m\u0085\u2028\u2029\u202ec\u009b';
  const before = logs.debug.lines.length;
  await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}`, ...traced('hostile') },
    body: JSON.stringify({ query: `query ${'N'.repeat(300)} { getUser { id } }`, operationName: hostile }),
  });
  await addWebhook(gateway, receiver, 'a name \u202e of a connection');
  const line = await lineOf(logs.debug, 'hostile');
  const written = logs.debug.lines.slice(before);
  const active = written.filter((text) => !/^[\x20-\x7e\xa0-\u1fff]+\n$/.test(text));
  expect({ operation: line?.operation, isWritten: written.length > 2, active }).toEqual({
    operation: 'N'.repeat(64),
    isWritten: true,
    active: [],
  });
});

test('no secret, token or key is in any line, at any level', async () => {
  const canary = `CNRY${randomBytes(16).toString('hex')}`;
  const id = await addWebhook(gateway, receiver, 'canary', `first ${canary}`);
  const key = await stageSecret(gateway, id, `second ${canary}`);
  receiver.status = 500;
  await gateway.graphql(COMMIT, { id, key });
  receiver.status = 204;
  await gateway.graphql(COMMIT, { id, key }, undefined, { 'x-mcd-idempotent-id': canary });
  await gateway.graphql(COMMIT, { id: canary, key: canary });
  await gateway.graphql(`query ($a: Int = "${canary}") { ${canary}(a: $a) { b } }`, { a: canary });
  const job = await gateway.token('job');
  const lease = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
  await gateway.graphql(READ, { key: lease.key }, job);
  // As a client would that puts a token where a name belongs.
  await gateway.graphql(`mutation ${lease.key} { __typename }`);
  await fetch(`${gateway.url}/${canary}?token=${canary}`, { headers: { 'x-mcd-token': canary, cookie: canary, 'user-agent': canary } });
  await runMaintenance(gateway.app.services);
  await gateway.graphql('{ getUser { id } }', {}, undefined, traced('last'));
  await lineOf(logs.debug, 'last');
  const text = logs.debug.lines.join('');
  const forms = [canary, SECRET, gateway.owner.secret, job.secret, key, lease.key].flatMap(formsOf);
  expect({ signingSecret: lease.credentials.signingSecret.includes(canary), shown: forms.filter((form) => text.includes(form)) }).toEqual({
    signingSecret: true,
    shown: [],
  });
});

test('at info there is a line for what changes, fails or is slow; reads and refused strangers have none', async () => {
  const quiet = await startGateway({ settings: { CHANGEOVER_LOG_LEVEL: 'info' }, logStream: logs.info.stream });
  try {
    await quiet.graphql('{ getUser { id } }', {}, undefined, traced('read'));
    await quiet.graphql('{ getUser { id } }', {}, null, traced('stranger'));
    await quiet.graphql('{ noSuchField }', {}, undefined, traced('failed'));
    await quiet.graphql('mutation { createToken(name: "t", roles: [viewer]) { token { id } } }', {}, undefined, traced('mutation'));
    await lineOf(logs.info, 'mutation');
    expect(logs.info.of('request').map(({ requestId, codes }) => `${requestId} ${codes}`)).toEqual(['failed BAD_REQUEST', 'mutation ']);
  } finally {
    await quiet.close();
  }
});
