import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createRunner } from '../support/connectors/inline-validator.ts';

process.env.CNRY_ENVIRONMENT = 'CNRYenvironment';
afterAll(() => Reflect.deleteProperty(process.env, 'CNRY_ENVIRONMENT'));
const { run, poolFor, close } = createRunner();
afterAll(close);

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
  expect({ returnedData: outcome.data?.returnedData, arrived }).toEqual({ returnedData: [], arrived: 0 });
});

test('#87 a worker has no environment but a home that does not exist', async () => {
  expect((await run('return report(process.env);')).data?.returnedData).toEqual({ HOME: '/nonexistent' });
});

test('a validator that blocks its thread is ended at the deadline (F23)', async () => {
  expect((await run('for (;;);', {}, { deadlineMs: 500 })).errors.map(({ code }) => code)).toEqual(['TIMEOUT']);
});

test('a validator that throws a secret is INTERNAL, with our text alone (#41)', async () => {
  const outcome = await run("const error = new Error('CNRYsecret', { cause: 'CNRYcause' }); error.name = 'CNRYname'; throw error;");
  expect({ errors: outcome.errors.map(({ code }) => code), isShown: JSON.stringify(outcome).includes('CNRY') }).toEqual({
    errors: ['INTERNAL'],
    isShown: false,
  });
});

test('where a validator threw is told by file and line alone, whatever its message and its names hold', async () => {
  const [inFunction, forged, altered, reported] = await Promise.all([
    run(
      "const named = { ['CNRYfunction']: () => { throw new TypeError('CNRY\\n    at CNRY (/CNRY/forged.js:1:1)'); } }; named.CNRYfunction();",
    ),
    run("throw 'CNRY';"),
    run("const error = new Error('first\\n    at CNRY (/CNRY/forged.js:1:1)'); error.stack; error.message = 'CNRYother'; throw error;"),
    run("return { errors: [{ code: 'TIMEOUT', cause: 'c', friendlyMessage: 'f', resolution: 'r', frames: ['CNRY'] }], warnings: [] };"),
  ]);
  const framesOf = (outcome: typeof inFunction) => outcome?.errors[0]?.frames;
  expect({
    threw: framesOf(inFunction)?.[0],
    text: framesOf(forged),
    altered: framesOf(altered),
    reported: framesOf(reported),
    leaks: [inFunction, forged, altered, reported].some((outcome) => JSON.stringify(outcome).includes('CNRY')),
  }).toEqual({
    threw: expect.stringMatching(/changeover-worker-\w+\/\d+\.mjs:\d+:\d+$/),
    text: [],
    altered: [],
    reported: undefined,
    leaks: false,
  });
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

test('runs wait in the queue, and too many a minute are refused', async () => {
  const { pool, task } = poolFor('return report(1);', { concurrency: 1, perMinutePerProject: 5 });
  const outcomes = await Promise.allSettled(Array.from({ length: 7 }, () => pool.run(task)));
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : outcome.reason.code))).toEqual([
    ...Array(5).fill('passed'),
    'RATE_LIMITED',
    'RATE_LIMITED',
  ]);
});

test('#80 #95 no hop of a redirect is trusted, and an endless reply is cut', async () => {
  const server = createHttpServer((request, response) => {
    if (request.url === '/endless') {
      const more = () => response.write(Buffer.alloc(65_536), () => !response.destroyed && setImmediate(more));
      more();
    } else response.writeHead(302, { location: REDIRECTS[request.url ?? ''] }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outcome = await run(
    `const at = (path) => 'http://127.0.0.1:' + credentials.port + path;
     const codeOf = (promise) => promise.then((reply) => reply.status, (error) => error.code);
     const codes = [];
     for (const path of ${JSON.stringify(Object.keys(REDIRECTS))}) codes.push(await codeOf(egress.fetchHttp(at(path), { maxRedirects: 3 })));
     return report([(await egress.fetchHttp(at('/endless'))).body.length, codes, await codeOf(egress.fetchHttp(at('/metadata'))), await codeOf(egress.fetchHttp(at('/'), { headers: { 'x-a': 'b\\r\\nc' } }))]);`,
    { port: (server.address() as AddressInfo).port },
    { policy: { allow: ['loopback'], own: [] } },
  );
  server.close();
  expect(outcome.data?.returnedData).toEqual([1_048_576, Object.keys(REDIRECTS).map(() => 'EGRESS_DENIED'), 302, 'INVALID_HEADER_VALUE']);
});

const REDIRECTS: Readonly<Record<string, string>> = {
  '/metadata': 'http://169.254.169.254/latest',
  '/disguised': 'http://[::ffff:a9fe:a9fe]/latest',
  '/file': 'file:///etc/passwd',
  '/gopher': 'gopher://127.0.0.1/',
  '/credentials': 'http://user:password@127.0.0.1/',
};
