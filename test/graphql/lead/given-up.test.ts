import { createServer, type ServerResponse } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { startGateway } from '../../support/gateway/gateway.ts';

const TEST =
  'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { validationResult { success } } }';

/** Holds the first request, and answers the others. */
const held: ServerResponse[] = [];
let arrived = () => {};
const receiver = createServer((request, response) => {
  request.resume();
  if (held.length > 0) response.writeHead(204).end();
  else held.push(response);
  arrived();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const address = receiver.address();
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
const gateway = await startGateway();
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await gateway.close();
});

test('a client that gave up and sends the same idempotency id again is told what came of it now, and not of the run that broke off', async () => {
  const waiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const id = { 'x-mcd-idempotent-id': 'given-up' };
  const variables = { d: { url, signingSecret: 'a signing secret of the test' } };
  const client = new AbortController();
  const first = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mcd-id': gateway.owner.id, 'x-mcd-token': gateway.owner.secret, ...id },
    body: JSON.stringify({ query: TEST, variables }),
    signal: client.signal,
  }).catch(() => 'given up');
  await waiting;
  client.abort();
  await first;
  let repeat = await gateway.graphql(TEST, variables, undefined, id);
  // The run that nobody waits for ends by itself.
  while (repeat.errors?.[0]?.extensions.code === 'REQUEST_IN_PROGRESS') repeat = await gateway.graphql(TEST, variables, undefined, id);
  const again = await gateway.graphql(TEST, variables, undefined, id);
  expect({ success: repeat.data?.testWebhookCredentialsV2.validationResult.success, same: again.text === repeat.text }).toEqual({
    success: true,
    same: true,
  });
});
