import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { endSlowReaders, type Patience } from '../../src/http/slow-readers.ts';
import { readToEnd } from '../support/raw-http.ts';

/** More than the buffers on both sides of a connection hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024);
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(patience: Patience) {
  let ended = () => {};
  const closed = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const server = createServer((_, response) => response.once('close', ended).end(LARGE));
  servers.push(server);
  endSlowReaders(server, patience);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, closed };
}

test('an answer that its client does not take is given up, and its connection closed', async () => {
  const { port, closed } = await serve({ everyMs: 5, graceMs: 10, bytesPerSecond: 1024 ** 4 });
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await closed;
  expect(await readToEnd(socket)).toBeLessThan(LARGE.length);
});

test('a client that takes its answers gets them whole, one after the other on one connection', async () => {
  const { port } = await serve({ everyMs: 1, graceMs: 0, bytesPerSecond: 1 });
  const sizes: number[] = [];
  for (let asked = 0; asked < 3; asked += 1) sizes.push((await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer()).byteLength);
  expect(sizes).toEqual([LARGE.length, LARGE.length, LARGE.length]);
});
