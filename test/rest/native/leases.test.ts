import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addWebhook,
  type Receiver,
  SECRET,
  startGateway,
  startReceiver,
  type TestGateway,
  type TestToken,
} from '../../support/gateway/gateway.ts';
import { rest } from '../../support/gateway/rest-client.ts';

let gateway: TestGateway;
let receiver: Receiver;
let connectionId: string;
let job: TestToken;

beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startGateway();
  connectionId = await addWebhook(gateway, receiver, 'hooks');
  job = await gateway.token('job');
});
afterAll(async () => {
  await gateway.close();
  receiver.close();
});

const acquire = (headers = {}, body: unknown = { job: 'nightly' }) =>
  rest(gateway, `POST /api/v1/connections/${connectionId}/leases`, { token: job, body, headers });

describe('a job over REST', () => {
  test('takes a lease, reads its credentials again, renews it and releases it', async () => {
    const taken = await acquire({}, { job: 'nightly', ttlSeconds: 60 });
    const { key } = taken.body;
    const read = await rest(gateway, 'POST /api/v1/leases/read', { token: job, body: { key } });
    const renewed = await rest(gateway, 'POST /api/v1/leases/renew', { token: job, body: { key, ttlSeconds: 120 } });
    const released = await rest(gateway, 'POST /api/v1/leases/release', { token: job, body: { key } });
    const after = await rest(gateway, 'POST /api/v1/leases/read', { token: job, body: { key } });
    expect({
      taken: [taken.status, taken.body.lease.connectionId, taken.body.credentials.signingSecret, taken.headers.get('cache-control')],
      read: [read.status, read.body.credentials.signingSecret, read.body.key],
      renewedLater: renewed.body.expiresAt > taken.body.lease.expiresAt,
      released: [released.status, released.body.releasedAt !== null],
      after: [after.status, after.body.code, after.headers.get('content-type')],
    }).toEqual({
      taken: [201, connectionId, SECRET, 'no-store'],
      read: [200, SECRET, undefined],
      renewedLater: true,
      released: [200, true],
      after: [404, 'NOT_FOUND', 'application/problem+json; charset=utf-8'],
    });
  });

  test('gets the same lease for the same idempotency id, and its answer holds the credentials again', async () => {
    const headers = { 'x-mcd-idempotent-id': 'take-once' };
    const first = await acquire(headers);
    const second = await acquire(headers);
    const other = await acquire(headers, { job: 'another' });
    const elsewhere = await rest(gateway, `POST /api/v1/connections/${await addWebhook(gateway, receiver, 'others')}/leases`, {
      token: job,
      body: { job: 'nightly' },
      headers,
    });
    expect({
      same: second.text === first.text,
      status: second.status,
      secret: second.body.credentials.signingSecret,
      other: [other.status, other.body.code],
      elsewhere: [elsewhere.status, elsewhere.body.code],
    }).toEqual({
      same: true,
      status: 201,
      secret: SECRET,
      other: [422, 'IDEMPOTENCY_MISMATCH'],
      elsewhere: [422, 'IDEMPOTENCY_MISMATCH'],
    });
  });

  test('is told what is wrong with its request, and never what it sent', async () => {
    const answer = await acquire({}, { job: 7, [SECRET]: SECRET });
    expect({ status: answer.status, code: answer.body.code, path: answer.body.path, quotes: answer.text.includes(SECRET) }).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      path: 'body.job',
      quotes: false,
    });
  });
});

describe('failures below /api/v1 are problem details', () => {
  test.each([
    ['an unknown path', 'GET /api/v1/nothing', {}, 404, 'NOT_FOUND', null],
    ['another method', 'DELETE /api/v1/leases/read', {}, 405, 'METHOD_NOT_ALLOWED', 'POST'],
    ['no token', 'POST /api/v1/leases/read', { token: null, body: { key: 'k' } }, 401, 'UNAUTHENTICATED', null],
    ['no JSON', 'POST /api/v1/leases/read', { body: '{"key":' }, 400, 'BAD_REQUEST', null],
    ['a name that is given twice', 'POST /api/v1/leases/read', { body: '{"key":"a","key":"b"}' }, 400, 'BAD_REQUEST', null],
    ['a list', 'POST /api/v1/leases/read', { body: '[]' }, 400, 'BAD_REQUEST', null],
    ['a body that is too large', 'POST /api/v1/leases/read', { body: `"${'x'.repeat(262_144)}"` }, 413, 'TOO_LARGE', null],
    [
      'a compressed body',
      'POST /api/v1/leases/read',
      { body: '{}', headers: { 'content-encoding': 'gzip' } },
      415,
      'UNSUPPORTED_TYPE',
      null,
    ],
    ['an encoded path', 'GET /api/v1/connections/%31', {}, 404, 'NOT_FOUND', null],
  ] as const)('%s', async (_, request, options, status, code, allow) => {
    const answer = await rest(gateway, request, options);
    expect({
      status: answer.status,
      inBody: answer.body.status,
      code: answer.body.code,
      type: answer.headers.get('content-type'),
      allow: answer.headers.get('allow'),
    }).toEqual({ status, inBody: status, code, type: 'application/problem+json; charset=utf-8', allow });
  });
});

test('a connection is read with its version as the entity tag', async () => {
  const answer = await rest(gateway, `GET /api/v1/connections/${connectionId}`);
  expect({
    etag: answer.headers.get('etag'),
    name: answer.body.name,
    kind: answer.body.kind,
    quotes: answer.text.includes(SECRET),
  }).toEqual({
    etag: '"1"',
    name: 'hooks',
    kind: 'webhook',
    quotes: false,
  });
});
