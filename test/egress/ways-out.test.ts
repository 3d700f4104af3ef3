import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createRunner } from '../support/connectors/inline-validator.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../support/fakes/test-certificate.ts';

const LOOPBACK = { policy: { allow: ['loopback'], own: [] } };

function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert],
    {
      stdio: 'pipe',
    },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const { run, poolFor, close } = createRunner();
afterAll(close);

async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
}) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('a driver can start neither a process nor a thread, nor ask a name server', async () => {
  const outcome = await run(
    `const child = await import('node:child_process'); const threads = await import('node:worker_threads'); const { createRequire } = await import('node:module');
     const again = createRequire('/')('child_process');
     const tries = {
       spawn: () => child.spawn('true'), exec: () => child.exec('true'), execFileSync: () => child.execFileSync('true'), fork: () => child.fork('x'), required: () => again.spawnSync('true'),
       thread: () => new threads.Worker('0', { eval: true }),
       resolver: () => new dns.Resolver().resolve4('example.com', () => {}), promised: () => new dns.promises.Resolver().resolve4('example.com'),
       srv: () => dns.promises.resolveSrv('_x._tcp.example.com'),
     };
     const done = [];
     for (const [name, attempt] of Object.entries(tries)) { try { await attempt(); done.push(name); } catch {} }
     return report(done);`,
  );
  expect(outcome.data?.returnedData).toEqual([]);
});

test('a driver that resolves by itself is told addresses that may be dialled, and no others', async () => {
  const ask =
    'const told = async (host) => await dns.promises.lookup(host, { all: true }).then((all) => all.map(({ address }) => address), ({ code }) => code);';
  const hosts =
    "return report([await told('127.0.0.1'), await told('169.254.169.254'), (await dns.promises.lookup('127.0.0.1')).address]);";
  const allowed = await run(ask + hosts, {}, LOOPBACK);
  const denied = await run(`${ask} return report(await told('localhost'));`);
  expect({ allowed: allowed.data?.returnedData, denied: denied.data?.returnedData }).toEqual({
    allowed: [['127.0.0.1'], 'EGRESS_DENIED', '127.0.0.1'],
    denied: 'EGRESS_DENIED',
  });
});

test.each(['', ', port: 5432'])('a driver reaches no local socket, by its path%s', async (beside) => {
  const path = join(mkdtempSync(join(tmpdir(), 'changeover-socket-')), 'database');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const outcome = await run(
    `const reached = new Promise((resolve) => net.connect({ path: ${JSON.stringify(path)}${beside} }).on('connect', () => resolve('reached')).on('error', ({ code }) => resolve(code)));
     return report(await reached);`,
    {},
    LOOPBACK,
  );
  server.close();
  expect(outcome.data?.returnedData).toBe('EGRESS_DENIED');
});

test('#87 a driver finds no home of ours, however it asks', async () => {
  const outcome = await run("const os = await import('node:os'); return report([os.homedir(), os.default.homedir(), process.env.HOME]);");
  expect(outcome.data?.returnedData).toEqual(['/nonexistent', '/nonexistent', '/nonexistent']);
});

test('#27 nothing reaches a prototype through __proto__ in a worker', async () => {
  const outcome = await run(
    "const made = {}; made.__proto__ = { polluted: 1 }; return report([made.polluted ?? null, '__proto__' in Object.prototype]);",
  );
  expect(outcome.data?.returnedData).toEqual([null, false]);
});

test('#95 a reply is not inflated, whatever packed it, and at most its limit is read', async () => {
  const plain = Buffer.alloc(20_000_000);
  const bombs: Record<string, Buffer> = { gzip: gzipSync(plain), deflate: deflateSync(plain), br: brotliCompressSync(plain) };
  const accepted: (string | undefined)[] = [];
  const server = createHttpServer((request, response) => {
    accepted.push(request.headers['accept-encoding']);
    const encoding = request.url?.slice(1) ?? '';
    response.writeHead(200, { 'content-encoding': encoding }).end(bombs[encoding]);
  });
  const port = await listening(server);
  const outcome = await run(
    `const sizes = []; for (const encoding of ['gzip', 'deflate', 'br']) sizes.push((await egress.fetchHttp('http://127.0.0.1:${port}/' + encoding)).body.length); return report(sizes);`,
    {},
    LOOPBACK,
  );
  server.close();
  expect({ sizes: outcome.data?.returnedData, encodings: new Set(accepted) }).toEqual({
    sizes: Object.values(bombs).map(({ length }) => Math.min(length, 1_048_576)),
    encodings: new Set(['identity']),
  });
});

test.each([
  ['in clear', ''],
  ['encrypted', "const tls = await import('node:tls');"],
])('a server that never comes to an end is left before it fills our memory, whatever driver listens to it (%s)', async (_, encrypted) => {
  const server = encrypted === '' ? createServer() : createTlsServer(selfSigned());
  let sent = 0;
  server.on(encrypted === '' ? 'connection' : 'secureConnection', (socket: Socket) => {
    socket.on('error', () => {});
    const chunk = Buffer.alloc(1024 * 1024);
    const more = () => {
      sent += chunk.length;
      // More than is let in, and an end, or what lets all in would go on for ever.
      if (sent > 256 * 1024 * 1024) socket.end();
      else socket.write(chunk, (error) => error ?? more());
    };
    more();
  });
  const port = await listening(server);
  const outcome = await run(
    `${encrypted} const socket = ${encrypted === '' ? `net.connect(${port}, '127.0.0.1')` : `tls.connect({ port: ${port}, host: '127.0.0.1', rejectUnauthorized: false })`};
     let kept = 0; socket.on('data', (data) => { kept += data.length; });
     return await new Promise((resolve, reject) => { socket.on('error', reject); socket.on('end', () => resolve(report(kept))); });`,
    {},
    LOOPBACK,
  );
  server.close();
  expect({ errors: outcome.errors.map(({ code }) => code), data: outcome.data, isCutOff: sent < 128 * 1024 * 1024 }).toEqual({
    errors: ['PROTOCOL_ERROR'],
    data: null,
    isCutOff: true,
  });
});

test('of an answer no more is read than was asked for, and its end is not waited for', async () => {
  const server = createHttpServer((_request, response) => response.write(Buffer.alloc(2 * 1024 * 1024)));
  const port = await listening(server);
  const outcome = await run(
    `const { status, body } = await egress.fetchHttp('http://127.0.0.1:${port}/', { maxBytes: 1000 }); return report([status, body.length]);`,
    {},
    // The bound of one that waits all the same.
    { ...LOOPBACK, deadlineMs: 10_000 },
  );
  server.close();
  server.closeAllConnections();
  expect(outcome.data?.returnedData).toEqual([200, 1000]);
});

test('what one task received is not held against the next', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end(Buffer.alloc(12 * 1024 * 1024)));
  const port = await listening(server);
  const { pool, task } = poolFor(
    `let kept = 0; for await (const data of net.connect(${port}, '127.0.0.1')) kept += data.length; return report(kept);`,
    LOOPBACK,
  );
  const sizes = [await pool.run(task), await pool.run(task)].map(({ data }) => data?.returnedData);
  server.close();
  expect(sizes).toEqual([12 * 1024 * 1024, 12 * 1024 * 1024]);
});

test('a code that is not on the list is INTERNAL: it reaches no metric, no log and no answer', async () => {
  const outcome = await run(
    "const texts = { cause: 'c', friendlyMessage: 'f', resolution: 'r' }; return { errors: [{ code: 'what the server said', ...texts }], warnings: [] };",
  );
  expect(outcome.errors.map(({ code }) => code)).toEqual(['INTERNAL']);
});

test('#80 another origin gets no header that could hold a secret, and redirects end', async () => {
  const seen: object[] = [];
  const target = createHttpServer((request, response) => {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    seen.push(headers);
    response.end();
  });
  const targetPort = await listening(target);
  const server = createHttpServer((request, response) =>
    response.writeHead(307, { location: request.url === '/loop' ? '/loop' : `http://127.0.0.1:${targetPort}/` }).end(),
  );
  const port = await listening(server);
  const outcome = await run(
    `const headers = { 'x-api-key': 'CNRY', 'dd-api-key': 'CNRY', cookie: 'CNRY', authorization: 'CNRY', accept: 'text/plain' };
     const away = await egress.fetchHttp('http://127.0.0.1:${port}/', { method: 'POST', body: 'CNRY', headers, maxRedirects: 3 });
     const loop = await egress.fetchHttp('http://127.0.0.1:${port}/loop', { maxRedirects: 3 });
     return report([away.status, loop.status]);`,
    {},
    LOOPBACK,
  );
  server.close();
  target.close();
  expect({ returnedData: outcome.data?.returnedData, seen }).toEqual({
    returnedData: [200, 307],
    seen: [{ 'user-agent': 'changeover', 'accept-encoding': 'identity', accept: 'text/plain' }],
  });
});

test('a validator gets no bad header out, follows no redirect to another scheme, and trusts no certificate that nobody vouches for', async () => {
  const clear = createHttpServer((request, response) =>
    request.url === '/away' ? response.writeHead(302, { location: `ftp://127.0.0.1:${port}/` }).end() : response.end(),
  );
  const port = await listening(clear);
  const encrypted = createTlsServer(selfSigned(), (socket) => socket.on('error', () => {}).end('HTTP/1.1 204 No Content\r\n\r\n'));
  const encryptedPort = await listening(encrypted);
  const outcome = await run(
    `const answerOf = (url, request) => egress.fetchHttp(url, request).then(({ status }) => status, ({ code }) => code);
     return report({
       header: await answerOf('http://127.0.0.1:${port}/', { headers: { 'x-key': 'CNRY\\r\\nx-other: 1' } }),
       redirect: await answerOf('http://127.0.0.1:${port}/away', { maxRedirects: 3 }),
       certificate: await answerOf('https://127.0.0.1:${encryptedPort}/'),
     });`,
    {},
    LOOPBACK,
  );
  clear.close();
  encrypted.close();
  expect(outcome.data?.returnedData).toEqual({ header: 'INVALID_HEADER_VALUE', redirect: 'EGRESS_DENIED', certificate: 'TLS_UNTRUSTED' });
});

test('a redirect from https to http on one host and port is to another origin, and takes no secret along', async () => {
  const seen: object[] = [];
  const clear = createHttpServer((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const encrypted = createTlsServer(selfSigned());
  encrypted.on('secureConnection', (socket: Socket) =>
    socket.once('data', () =>
      socket.end(`HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:${port}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
    ),
  );
  // Whoever speaks first says which of the two it wants.
  const server = createServer((socket: Socket) =>
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] === 22) return encrypted.emit('connection', socket);
      clear.emit('connection', socket);
      return socket.resume();
    }),
  );
  const port = await listening(server);
  const outcome = await run(
    `const headers = { 'x-api-key': 'CNRY', authorization: 'CNRY', accept: 'text/plain' };
     return report((await egress.fetchHttp('https://127.0.0.1:${port}/', { headers, maxRedirects: 3, tls: { rejectUnauthorized: false } })).status);`,
    {},
    LOOPBACK,
  );
  server.close();
  expect({ returnedData: outcome.data?.returnedData, seen: seen.length, isShown: JSON.stringify(seen).includes('CNRY') }).toEqual({
    returnedData: 200,
    seen: 1,
    isShown: false,
  });
});

test('a server that takes longer than a request allows is left before the deadline (#109)', async () => {
  const tarpit = createServer((socket: Socket) => socket.on('error', () => {}));
  const port = await listening(tarpit);
  const outcome = await run(
    `return report(await egress.fetchHttp('http://127.0.0.1:${port}/', { timeoutMs: 50 }).then(() => 'answered', (error) => error.code));`,
    {},
    { ...LOOPBACK, deadlineMs: 20_000 },
  );
  tarpit.close();
  expect(outcome.data?.returnedData).toBe('TIMEOUT');
});

test('#38 what a validator reports shows no secret that a remote system sent back, in any form', async () => {
  const outcome = await run(
    `const { password } = credentials; const hex = Buffer.from(password).toString('hex'); const base64 = Buffer.from('user:' + password).toString('base64');
     const problem = { code: 'PROTOCOL_ERROR', cause: 'it said ' + password, friendlyMessage: base64, resolution: hex };
     return { errors: [problem], warnings: [problem], data: { returnedData: { banner: password, list: [hex, base64] } } };`,
    { password: 'CNRYpassword-of-the-test' },
  );
  const text = JSON.stringify(outcome);
  const bytes = Buffer.from('CNRYpassword-of-the-test');
  expect({
    clear: text.includes('CNRY'),
    hex: text.includes(bytes.toString('hex')),
    base64: text.includes(bytes.toString('base64').slice(4, 20)),
    cause: outcome.errors[0]?.cause,
  }).toEqual({ clear: false, hex: false, base64: false, cause: '[hidden]' });
});

test('#38 the secret of the login in use, which some are compared with, is hidden like the new one', async () => {
  const { pool, task } = poolFor(
    "return { errors: [{ code: 'PROTOCOL_ERROR', cause: 'it said ' + current.password, friendlyMessage: 'f', resolution: 'r' }], warnings: [] };",
    LOOPBACK,
  );
  const outcome = await pool.run({ ...task, current: { password: 'CNRYpassword-in-use' } });
  await pool.close();
  expect(outcome.errors.map(({ cause }) => cause)).toEqual(['[hidden]']);
});

test('closing ends what runs and what waits, and says nothing of what they were asked to check', async () => {
  const arrived: Socket[] = [];
  let first: () => void = () => {};
  const dialled = new Promise<void>((resolve) => {
    first = resolve;
  });
  const tarpit = createServer((socket) => {
    arrived.push(socket.on('error', () => {}));
    first();
  });
  const port = await listening(tarpit);
  const { pool, task } = poolFor(`await egress.fetchHttp('http://127.0.0.1:${port}/');`, {
    ...LOOPBACK,
    concurrency: 1,
    deadlineMs: 20_000,
  });
  const outcomes = Promise.allSettled([pool.run(task), pool.run({ ...task, connectionId: 'other' })]);
  await dialled;
  await pool.close();
  const codes = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : outcome.value.status));
  for (const socket of arrived) socket.destroy();
  tarpit.close();
  expect(codes).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
});

test('a caller that goes away takes its run with it: the socket is closed, and another run may begin', async () => {
  let closed: () => void = () => {};
  const hungUp = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const abort = new AbortController();
  const tarpit = createServer((socket) => {
    socket.on('error', () => {}).on('close', closed);
    abort.abort();
  });
  const port = await listening(tarpit);
  const { pool, task } = poolFor(`if (credentials.quick) return report(1); await egress.fetchHttp('http://127.0.0.1:${port}/');`, {
    ...LOOPBACK,
    concurrency: 1,
    deadlineMs: 20_000,
  });
  const left = await pool.run(task, abort.signal);
  await hungUp;
  const next = await pool.run({ ...task, credentials: { quick: true } });
  tarpit.close();
  expect({ errors: left.errors.map(({ code }) => code), status: next.status }).toEqual({ errors: ['TIMEOUT'], status: 'passed' });
});

test('what the network first did to a socket is known, whatever its driver makes of it, and is forgotten with the run', async () => {
  const server = createTlsServer(TEST_CERTIFICATE, (socket) => socket.on('error', () => {}).end());
  const port = await listening(server);
  const code = `if (credentials.port === undefined) return report(egress.firstFailure());
    const tls = await import('node:tls');
    const { port, ca } = credentials;
    await new Promise((resolve) => tls.connect({ host: '127.0.0.1', port, ca }).on('error', resolve).on('secureConnect', resolve));
    return report(egress.firstFailure());`;
  const { pool, task } = poolFor(code, LOOPBACK);
  const first = async (credentials: object) => (await pool.run({ ...task, credentials: { ...credentials } })).data?.returnedData ?? null;
  const told = { failed: await first({ port }), next: await first({}), trusted: await first({ port, ca: TEST_AUTHORITY }) };
  server.close();
  expect(told).toEqual({ failed: 'TLS_UNTRUSTED', next: null, trusted: null });
});
