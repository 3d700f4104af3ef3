import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createWorkerPool, type WorkerPoolOptions } from '../../src/egress/worker-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'changeover-worker-'));
process.env.CNRY_ENVIRONMENT = 'CNRYenvironment';

/** A connector module whose one validator runs this code. */
function connector(code: string): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(
    file,
    `import net from 'node:net'; import dns from 'node:dns'; import http from 'node:http'; import dgram from 'node:dgram';
    const report = (returnedData) => ({ errors: [], warnings: [], data: { returnedData } });
    export default [{ kind: 'other', validators: [] }, { kind: 'k', driver: { packageName: 'a-driver', install: 'npm install a-driver' }, validators: [{ name: 'validate_connection', run: async ({ credentials, egress, signal }) => { ${code} } }] }];`,
  );
  return pathToFileURL(file).href;
}

const open: ReturnType<typeof createWorkerPool>[] = [];
afterAll(() => Promise.all(open.map((pool) => pool.close())));

async function run(code: string, credentials: object = {}, options: Partial<WorkerPoolOptions> = {}) {
  const moduleUrl = connector(code);
  const pool = createWorkerPool({ policy: { allow: [], own: [] }, moduleUrlOf: () => moduleUrl, deadlineMs: 3000, ...options });
  open.push(pool);
  return await pool.run({
    kind: 'k',
    validator: 'validate_connection',
    projectId: 'p',
    connectionId: 'c',
    credentials: { ...credentials },
    current: null,
    options: { skipPermissionTests: false },
  });
}

test('F21 no way out of a worker reaches a denied address: nothing arrives at the listener', async () => {
  let arrived = 0;
  const listener = createServer((socket) => {
    arrived += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const outcome = await run(
    `const { port } = credentials;
     const tries = {
       socket: () => new Promise((resolve, reject) => net.connect(port, '127.0.0.1', resolve).on('error', reject)),
       options: () => new Promise((resolve, reject) => new net.Socket().connect({ host: '127.0.0.1', port }, resolve).on('error', reject)),
       lookup: () => new Promise((resolve, reject) => net.connect({ host: 'x.example', port, lookup: (h, o, done) => o.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4) }, resolve).on('error', reject)),
       local: () => new Promise((resolve, reject) => net.connect('/tmp/some.sock', resolve).on('error', reject)),
       http: () => new Promise((resolve, reject) => http.get('http://127.0.0.1:' + port, resolve).on('error', reject)),
       fetch: () => fetch('http://127.0.0.1:' + port),
       mapped: () => fetch('http://[::ffff:127.0.0.1]:' + port),
       session: () => egress.fetchHttp('http://127.0.0.1:' + port),
       probe: () => egress.probeTcp('127.0.0.1', port),
       dns: async () => dns.promises.resolve4('example.com'),
       udp: async () => dgram.createSocket('udp4'),
     };
     const reached = [];
     for (const [name, attempt] of Object.entries(tries)) { try { await attempt(); reached.push(name); } catch {} }
     return report(reached);`,
    { port },
  );
  listener.close();
  expect([outcome.data?.returnedData, arrived]).toEqual([[], 0]);
});

test('#87 a worker has no environment but a home that does not exist', async () => {
  expect((await run('return report(process.env);')).data?.returnedData).toEqual({ HOME: '/nonexistent' });
});

test('a validator that blocks its thread is ended at the deadline (F23)', async () => {
  expect((await run('for (;;);', {}, { deadlineMs: 500 })).errors.map(({ code }) => code)).toEqual(['TIMEOUT']);
});

test('a validator that throws a secret is INTERNAL, with our text alone (#41)', async () => {
  const outcome = await run("const error = new Error('CNRYsecret', { cause: 'CNRYcause' }); error.name = 'CNRYname'; throw error;");
  expect([outcome.errors.map(({ code }) => code), JSON.stringify(outcome).includes('CNRY')]).toEqual([['INTERNAL'], false]);
});

test('an optional driver that is absent is DRIVER_NOT_INSTALLED with its command, and another absent package is INTERNAL', async () => {
  const outcomes = [await run("await import('a-driver');"), await run("await import('another-package');")];
  expect(outcomes.map(({ errors }) => errors.map(({ code, resolution }) => [code, resolution.includes('npm install a-driver')]))).toEqual([
    [['DRIVER_NOT_INSTALLED', true]],
    [['INTERNAL', false]],
  ]);
});

test('N12 a validator that ends its process, or fails later, takes nothing else down', async () => {
  const outcomes = [
    await run('process.exit(1);'),
    await run("setTimeout(() => { throw new Error('late'); }, 1); await new Promise((r) => setTimeout(r, 200));"),
  ];
  expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'failed']);
});

test('runs wait for their turn, and too many a minute are refused', async () => {
  const moduleUrl = connector('return report(1);');
  const pool = createWorkerPool({ policy: { allow: [], own: [] }, moduleUrlOf: () => moduleUrl, concurrency: 1, perMinutePerProject: 5 });
  open.push(pool);
  const task = {
    kind: 'k',
    validator: 'validate_connection',
    projectId: 'p',
    connectionId: 'c',
    credentials: {},
    current: null,
    options: { skipPermissionTests: false },
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 7 }, () => pool.run(task)));
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : outcome.reason.code))).toEqual([
    ...Array(5).fill('passed'),
    'RATE_LIMITED',
    'RATE_LIMITED',
  ]);
});

test('#95 #80 replies are cut at their limit, not inflated, and redirects leave Authorization behind', async () => {
  const seen: (string | undefined)[] = [];
  const target = createHttpServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('arrived');
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const server = createHttpServer((request, response) => {
    if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    else if (request.url === '/endless') {
      const more = () => response.write(Buffer.alloc(65_536), () => !response.destroyed && setImmediate(more));
      more();
    } else if (request.url === '/metadata') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else response.writeHead(302, { location: `http://127.0.0.1:${(target.address() as AddressInfo).port}/` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outcome = await run(
    `const at = (path) => 'http://127.0.0.1:' + credentials.port + path;
     const codeOf = (promise) => promise.then((reply) => reply.status, (error) => error.code);
     const bomb = await egress.fetchHttp(at('/bomb'));
     const endless = await egress.fetchHttp(at('/endless'));
     return report([bomb.body.length <= 1048576, endless.body.length, await codeOf(egress.fetchHttp(at('/metadata'), { maxRedirects: 3 })), await codeOf(egress.fetchHttp(at('/file'), { maxRedirects: 3 })),
       await codeOf(egress.fetchHttp(at('/other'), { maxRedirects: 3, headers: { authorization: 'Bearer x' } })), await codeOf(egress.fetchHttp(at('/other'))), await codeOf(egress.fetchHttp(at('/'), { headers: { 'x-a': 'b\\r\\nc' } }))]);`,
    { port: (server.address() as AddressInfo).port },
    { policy: { allow: ['loopback'], own: [] } },
  );
  server.close();
  target.close();
  expect([outcome.data?.returnedData, seen]).toEqual([
    [true, 1_048_576, 'EGRESS_DENIED', 'EGRESS_DENIED', 200, 302, 'INVALID_HEADER_VALUE'],
    [undefined],
  ]);
});
