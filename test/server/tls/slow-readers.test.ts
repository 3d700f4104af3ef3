import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, get } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { endConnections, type Patience } from '../../../src/server/connections/connections.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../../support/fakes/test-certificate.ts';

/** More than the buffers on both sides of a connection hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024);
const FAST = 1024 ** 4;
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(patience: Patience) {
  let left = () => {};
  const closed = new Promise<void>((resolve) => {
    left = resolve;
  });
  const server = createServer({ ...TEST_CERTIFICATE, allowHalfOpen: true }, (asked, answer) => {
    asked.socket.once('close', left);
    answer.end(LARGE);
  });
  // As the gateway has it: both have the same events.
  const plain = server as unknown as Server;
  servers.push(plain);
  endConnections(plain, patience, 'secureConnection');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    options: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: TEST_AUTHORITY, servername: 'localhost' },
    closed,
  };
}

test.each<[string, boolean, Patience]>([
  ['is given up, and its connection closed', false, { everyMs: 5, graceMs: 10, lingerMs: 600_000, bytesPerSecond: FAST }],
  ['is given up sooner when its connection was ended', true, { everyMs: 5, graceMs: 600_000, lingerMs: 10, bytesPerSecond: FAST }],
])('an answer over TLS that its client does not take %s', async (_, ends, patience) => {
  const { options, closed } = await serve(patience);
  const { host, port, ...secured } = options;
  const socket = connect({ ...secured, socket: connectPlain({ host, port, allowHalfOpen: ends }) });
  await once(socket, 'secureConnect');
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  if (ends) socket.end();
  await closed;
  expect(await readToEnd(socket)).toBeLessThan(LARGE.length);
});

/** How many bytes come before the connection is over, however it ends. */
function readToEnd(socket: TLSSocket): Promise<number> {
  let length = 0;
  return new Promise((resolve) => {
    socket
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
      })
      .on('error', () => {})
      .on('end', () => resolve(length))
      .on('close', () => resolve(length))
      .resume();
  });
}

test('an answer over TLS that its client takes comes whole', async () => {
  const { options } = await serve({ everyMs: 5, graceMs: 30_000, lingerMs: 30_000, bytesPerSecond: FAST });
  const [answer] = await once(get(options), 'response');
  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  expect(length).toBe(LARGE.length);
});
