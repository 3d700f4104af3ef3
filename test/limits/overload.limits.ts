import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts';
import { createLoad } from './load.ts';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    shedsLoad: true,
    settings: {
      CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000',
      CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000000',
      CHANGEOVER_LOG_LEVEL: 'silent',
    },
  });
});
afterAll(() => gateway.end('SIGKILL'));

const RENEW = 'mutation ($k: String!) { renewLease(leaseKey: $k) { id } }';
/** Much to read for little to send: the gateway is to be what is too slow on any machine, and not the clients that ask it. */
const LISTS = `{ connections(first: 100) { edges { node { uuid } } } ${['a', 'b', 'c', 'd'].map((name) => `${name}: auditLog(first: 100) { edges { node { action } } }`).join(' ')} }`;

describe('while lists come in faster than they can be answered', () => {
  test('leases are renewed all the same, lists go on, and what is refused says when to come back', async () => {
    const load = createLoad(gateway);
    const job = await load.leasedJob();
    const clients = await Promise.all(Array.from({ length: 4 }, () => load.token('owner')));
    for (let row = 0; row < 100; row += 1) await load.askPatiently(job.token, RENEW, { k: job.leaseKey });
    const until = performance.now() + 10_000;
    const going = () => performance.now() < until;
    const renewals: { status: number }[] = [];
    const lists: { status: number; retryAfter: string | null; text: string }[] = [];
    const renewing = (async () => {
      while (going()) renewals.push(await load.ask(job.token, RENEW, { k: job.leaseKey }));
    })();
    const listing = clients.flatMap((token) =>
      Array.from({ length: 120 }, async () => {
        while (going()) lists.push(await load.ask(token, LISTS));
      }),
    );
    await Promise.all([renewing, ...listing]);
    const refused = lists.filter(({ status }) => status !== 200);
    const served = lists.filter(({ status }) => status === 200);
    const failed = renewals.filter(({ status }) => status !== 200).length;
    expect({
      renews: failed / renewals.length <= 0.001,
      saysWhen: refused.every(({ status, retryAfter }) => (status === 429 || status === 503) && Number(retryAfter) >= 1),
      isRefusing: refused.length > 0,
      isServing: served.length > 0,
      isWhole: served.every(({ text }) => !text.includes('"errors"')),
    }).toEqual({ renews: true, saysWhen: true, isRefusing: true, isServing: true, isWhole: true });
  });

  test('it is its old self within five seconds', async () => {
    const started = performance.now();
    while ((await createLoad(gateway).ask(gateway.owner, '{ connections { edges { cursor } } }')).status !== 200);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('180 validations of three tokens against a port that does not answer put off no read of another token', async () => {
  const mute = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/hook`;
  const load = createLoad(gateway);
  const testers = await Promise.all([load.token('admin'), load.token('admin'), load.token('admin')]);
  const reader = await load.token('viewer');
  const validations = testers.flatMap((token) =>
    Array.from({ length: 60 }, () =>
      load.ask(
        token,
        'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { validationResult { success } } }',
        { d: { url, signingSecret: 'a secret of at least 24 characters' } },
      ),
    ),
  );
  const reads: { status: number; ms: number }[] = [];
  const until = performance.now() + 10_000;
  while (performance.now() < until) reads.push(await load.ask(reader, '{ getUser { id } }'));
  const answers = await Promise.all(validations);
  mute.close();
  expect({
    reads: new Set(reads.map(({ status }) => status)),
    slow: reads.filter(({ ms }) => ms > 250).length <= reads.length * 0.01,
    refused: answers.filter(({ status, retryAfter }) => status !== 200 && !(status === 429 && Number(retryAfter) >= 1)),
  }).toEqual({ reads: new Set([200]), slow: true, refused: [] });
});
