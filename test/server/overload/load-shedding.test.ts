import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadLevel } from '../../../src/admission/load-level.ts';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { ACQUIRE, RENEW } from '../../support/protocol/protocol.ts';

let load: LoadLevel = 'none';
let gateway: TestGateway;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startGateway({ loadLevel: () => load });
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

test('the more there is to do, the more gives way: lists first, then all but what running jobs and commits depend on', async () => {
  const id = await addWebhook(gateway, receiver, 'hook');
  const job = await gateway.token('job');
  const { data } = await gateway.graphql(ACQUIRE, { id }, job);
  const ask = async () => ({
    lists: await gateway.graphql('{ connections { edges { cursor } } }'),
    reads: await gateway.graphql('{ getUser { id } }'),
    renewals: await gateway.graphql(RENEW, { key: data.acquireLease.key }, job),
  });
  const statuses: Record<string, unknown> = {};
  for (load of ['none', 'high', 'severe', 'none'] as const) {
    const { lists, reads, renewals } = await ask();
    statuses[load] = [lists, reads, renewals].map(({ status, headers }) => `${status} ${headers.get('retry-after') ?? ''}`.trim());
  }
  expect(statuses).toEqual({
    none: ['200', '200', '200'],
    high: ['503 1', '200', '200'],
    severe: ['503 1', '503 1', '200'],
  });
});
