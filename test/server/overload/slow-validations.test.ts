import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addWebhook,
  COMMIT,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
} from '../../support/gateway/gateway.ts';

/** A server that takes every request and never answers. */
const held: Socket[] = [];
const mute = createServer(() => {}).on('connection', (socket) => held.push(socket));
let gateway: TestGateway;
let receiver: Receiver;
beforeAll(async () => {
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  receiver = await startReceiver();
  // Fewer operations may run than there are validations.
  gateway = await startGateway({ concurrency: { inFlight: 8, reserved: 2 } });
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  mute.close();
  receiver.close();
  await gateway.close();
});

test('while validations wait for a system that does not answer, and for each other, others read, and a commit is proven', async () => {
  const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/hook`;
  const connectionId = await addWebhook(gateway, receiver, 'a connection that works');
  const key = await stageSecret(gateway, connectionId, 'a signing secret of the second version');
  const testers = await Promise.all(['admin', 'admin', 'admin'].map((role) => gateway.token(role)));
  const reader = await gateway.token('viewer');
  const validations = testers.flatMap((token) =>
    Array.from({ length: 8 }, () =>
      gateway.graphql(
        'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { validationResult { success } } }',
        { d: { url, signingSecret: 'a signing secret of some length' } },
        token,
      ),
    ),
  );
  const load = () => gateway.app.services.runner.load();
  // More than may run.
  await expect.poll(() => load().running + load().waiting).toBeGreaterThan(8);
  const reads = await Promise.all(Array.from({ length: 12 }, () => gateway.graphql('{ getUser { id } }', {}, reader)));
  const { data } = await gateway.graphql(COMMIT, { id: connectionId, key });
  const { running } = load();
  await gateway.app.services.runner.close();
  const answers = await Promise.all(validations);
  expect({
    reads: new Set(reads.map(({ status }) => status)),
    committed: data.updateCredentialsV2.success,
    meanwhile: running > 0,
    // Found to be silent, or told to come back as the gateway stopped.
    others: answers.filter(({ status, headers }) => status !== 200 && (status !== 503 || headers.get('retry-after') === null)),
  }).toEqual({ reads: new Set([200]), committed: true, meanwhile: true, others: [] });
});
