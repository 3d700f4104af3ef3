import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { afterAll } from 'vitest';
import { describeConnector } from '../contracts/connector.ts';

const SECRET = 'a signing secret of more than 24 characters';

/** A receiver that checks signatures as Standard Webhooks describes them. */
const receiver = createServer((request, response) => {
  void readBody(request).then((body) => {
    const expected = `v1,${createHmac('sha256', SECRET).update(`${request.headers['webhook-id']}.${request.headers['webhook-timestamp']}.${body}`).digest('base64')}`;
    const given = String(request.headers['webhook-signature']);
    response.writeHead(given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected)) ? 204 : 401).end();
  });
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
afterAll(() => receiver.close());

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const address = receiver.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

describeConnector('webhook', {
  good: () => ({ url: `http://127.0.0.1:${port}/hook`, signingSecret: SECRET }),
  at: (host, other) => ({ url: `http://${host}:${other}/hook`, signingSecret: SECRET }),
  withSecret: (canary) => ({ url: `http://127.0.0.1:${port}/hook`, signingSecret: canary }),
});
