import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { createLoad } from './load.ts';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    settings: {
      CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000',
      CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000000',
      CHANGEOVER_LOG_LEVEL: 'silent',
    },
  });
});
afterAll(() => gateway.end('SIGKILL'));

describe('while lists come in faster than they can be answered', () => {
  test('leases are renewed all the same, lists go on, and what is refused says when to come back', async () => {
    const load = createLoad(gateway);
    const job = await load.leasedJob();
    const clients = await Promise.all(Array.from({ length: 4 }, () => load.token('viewer')));
    const until = performance.now() + 10_000;
    const going = () => performance.now() < until;
    const renewals: { status: number }[] = [];
    const lists: { status: number; retryAfter: string | null }[] = [];
    const renewing = (async () => {
      while (going())
        renewals.push(await load.ask(job.token, 'mutation ($k: String!) { renewLease(leaseKey: $k) { id } }', { k: job.leaseKey }));
    })();
    const listing = clients.flatMap((token) =>
      Array.from({ length: 120 }, async () => {
        while (going())
          lists.push(
            await load.ask(
              token,
              '{ connections(first: 100) { edges { node { uuid name } } } auditLog(first: 100) { edges { node { action } } } }',
            ),
          );
      }),
    );
    await Promise.all([renewing, ...listing]);
    const refused = lists.filter(({ status }) => status !== 200);
    const failed = renewals.filter(({ status }) => status !== 200).length;
    expect([
      failed / renewals.length <= 0.001,
      refused.every(({ status, retryAfter }) => (status === 429 || status === 503) && Number(retryAfter) >= 1),
      refused.length > 0,
      lists.length > refused.length,
    ]).toEqual([true, true, true, true]);
  });

  test('it is its old self within five seconds', async () => {
    const started = performance.now();
    while ((await createLoad(gateway).ask(gateway.owner, '{ connections { edges { cursor } } }')).status !== 200);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
