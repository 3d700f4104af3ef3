import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endConnections, type Patience } from '../../../src/server/connections/connections.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { halfOpen, readToEnd, sendRaw } from '../../support/gateway/raw-http.ts';

/** Connections that one address may have: while they are held, nobody else is served. */
const LIMIT = 3;
const HASTE = { everyMs: 5, lingerMs: 20 };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ settings: { CHANGEOVER_CONNECTIONS_PER_ADDRESS: String(LIMIT) }, patience: HASTE });
});
afterAll(() => gateway.close());

/** A connection that was answered and ended by the gateway, and that its client keeps; tried again while others have all connections. */
async function hold(bytes: string): Promise<Socket> {
  for (;;) {
    const { socket, ended, received } = await halfOpen(gateway.url, bytes);
    await ended;
    if (/^HTTP\/1\.1 \d{3}/.test(received())) return socket;
    socket.destroy();
  }
}

/** Resolves once a new connection is served. */
async function served(): Promise<number> {
  for (;;) {
    const { status } = await sendRaw(gateway.url, ['GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']);
    if (status !== 0) return status;
  }
}

/** All connections that an address may have, each of them served and left open; what others had is gone by then. */
async function takeAll(): Promise<readonly Socket[]> {
  const taken: Socket[] = [];
  while (taken.length < LIMIT) {
    const { socket, ended, received } = await halfOpen(gateway.url, LIVEZ);
    await Promise.race([ended, once(socket, 'data')]);
    if (received() === '') socket.destroy();
    else taken.push(socket);
  }
  return taken;
}

const POST = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';

describe('a client that never closes its side keeps no connection, when its connection ends because of', () => {
  test.each<[string, () => string]>([
    ['bytes that are no request', () => 'x\r\n\r\n'],
    ['headers that are too large', () => `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['rubbish behind a request', () => `${LIVEZ}rubbish\r\n\r\n`],
    ['a body that is refused before it came', () => `${POST}Authorization: Bearer nobody\r\nContent-Length: 300000\r\n\r\n`],
    ['a body whose chunks are broken', () => `${POST}Authorization: Bearer nobody\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['an answer that was asked to be the last', () => 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an old version of HTTP', () => 'GET /livez HTTP/1.0\r\n\r\n'],
    ['more requests than one connection carries', () => LIVEZ.repeat(1001)],
    ['a method that opens a tunnel', () => 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an expectation that is not met', () => `${POST}Expect: something\r\nContent-Length: 10\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const held = [await hold(bytes()), await hold(bytes()), await hold(bytes())];
    const open = held.map(({ writable }) => writable);
    expect({ open, status: await served() }).toEqual({ open: [true, true, true], status: 200 });
    for (const socket of held) socket.destroy();
  });
});

test.each([
  ['bytes that are no request', 'x\r\n\r\n'],
  ['an answer that was asked to be the last', 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
])('after %s the system keeps nothing of connections that their clients do not close', async (_, bytes) => {
  const held = [await hold(bytes), await hold(bytes), await hold(bytes)];
  for (const socket of await takeAll()) socket.destroy();
  // To a connection that was closed without a reset, and is kept for a minute, something can be sent once.
  const sent = held.map((socket) => new Promise((resolve) => socket.write('x', (error) => resolve(error == null ? 'sent' : 'refused'))));
  expect(await Promise.all(sent)).toEqual(['refused', 'refused', 'refused']);
});

test('a connection beyond what an address may have is reset, so that the system keeps nothing of it', async () => {
  const all = await takeAll();
  const [error] = await once(connect(Number(new URL(gateway.url).port), '127.0.0.1'), 'error');
  for (const socket of all) socket.destroy();
  expect((error as NodeJS.ErrnoException).code).toBe('ECONNRESET');
});

test('a client that goes on sending what nobody wants is cut off', async () => {
  const flooding = [await hold('x\r\n\r\n'), await hold('x\r\n\r\n'), await hold('x\r\n\r\n')];
  const closed = flooding.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  const more = Buffer.alloc(65_536, 'x');
  for (const socket of flooding) {
    const send = () => socket.write(more, () => !socket.destroyed && setImmediate(send));
    send();
  }
  await Promise.all(closed);
  expect(await served()).toBe(200);
});

describe('an answer', () => {
  /** More than the buffers on both sides of a connection hold. */
  const LARGE = Buffer.alloc(32 * 1024 * 1024);
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.closeAllConnections();
  });

  async function serve(patience: Patience, body = LARGE) {
    let left = () => {};
    const closed = new Promise<void>((resolve) => {
      left = resolve;
    });
    const server = createServer((request, response) => {
      request.socket.once('close', left);
      response.end(body);
    });
    servers.push(server);
    endConnections(server, patience);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { port, closed };
  }

  const FAST = 1024 ** 4;

  test.each<[string, boolean, Patience]>([
    ['is given up, and its connection closed', false, { everyMs: 5, graceMs: 10, lingerMs: 600_000, bytesPerSecond: FAST }],
    ['is given up sooner when its connection was ended', true, { everyMs: 5, graceMs: 600_000, lingerMs: 10, bytesPerSecond: FAST }],
  ])('that its client does not take %s', async (_, ends, patience) => {
    const { port, closed } = await serve(patience);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: ends }).on('error', () => {});
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    if (ends) socket.end();
    await closed;
    expect(await readToEnd(socket)).toBeLessThan(LARGE.length);
  });

  test('that is long, and that its client takes after the connection was closed, is not cut short by a reset', async () => {
    const body = Buffer.alloc(100_000);
    const { port, closed } = await serve({ everyMs: 5, graceMs: 600_000, lingerMs: 10, bytesPerSecond: FAST }, body);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await closed;
    let received = 0;
    for await (const chunk of socket) received += (chunk as Buffer).length;
    expect(received).toBeGreaterThan(body.length);
  });

  test('that its client takes comes whole, one after the other on one connection', async () => {
    const { port } = await serve({ everyMs: 1, graceMs: 0, lingerMs: 0, bytesPerSecond: 1 });
    const sizes: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) sizes.push((await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer()).byteLength);
    expect(sizes).toEqual([LARGE.length, LARGE.length, LARGE.length]);
  });
});

test('a connection carries so many requests: the last answer says so, what is sent all the same is not processed, and gets an answer of ours', async () => {
  await served();
  const { body } = await sendRaw(gateway.url, [LIVEZ.repeat(1005)], 'closed');
  const answers = body.split(/(?=HTTP\/1\.1 )/);
  const last = answers.at(-1) ?? '';
  expect({
    // The head of the first is not in the body.
    answered: answers.filter((answer) => answer.startsWith('HTTP/1.1 200')).length + 1,
    closing: answers.findIndex((answer) => /^connection: close/im.test(answer)),
    last: last.slice(0, 12),
    code: (JSON.parse(last.split('\r\n\r\n')[1] ?? '') as { code: string }).code,
    isCached: !/^cache-control: no-store/im.test(last),
  }).toEqual({ answered: 1000, closing: 999, last: 'HTTP/1.1 503', code: 'UNAVAILABLE', isCached: false });
});

test('a connection of the control socket that its client keeps is gone as well', async () => {
  const quick = await startGateway({ patience: { everyMs: 5, lingerMs: 20 } });
  const server = await quick.app.createLocalServer();
  const path = join(quick.dataDir, 'a.sock');
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  const socket = connect({ path, allowHalfOpen: true }).on('error', () => {});
  const ended = new Promise((resolve) => socket.resume().once('end', resolve));
  socket.write('x\r\n\r\n');
  await ended;
  await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
  socket.destroy();
  server.close();
  await quick.close();
});
