import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, type StartOptions, startGatewayProcess } from '../../support/gateway/gateway-process.ts';
import { halfOpen, sendRaw } from '../../support/gateway/raw-http.ts';

const started: GatewayProcess[] = [];
afterAll(() => Promise.all(started.map(({ end }) => end('SIGKILL'))));

async function start(options: StartOptions = {}): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess(options);
  started.push(gateway);
  return gateway;
}

const graphql = async ({ url, owner }: GatewayProcess, query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.secret}` },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, connection: response.headers.get('connection'), body: await response.json() };
};

// Each has a process of its own, and waits for it in seconds that are the product's.
describe.concurrent('told to stop', () => {
  test('it says at once that it is not ready, serves what still comes, and ends with 0', async () => {
    const gateway = await start();
    const ended = gateway.end('SIGTERM');
    // The signal is handled between two requests; a ready answer was on its way before it.
    let ready: Response;
    do ready = await fetch(`${gateway.url}/readyz`);
    while (ready.status === 200);
    const answer = await graphql(gateway, '{ __typename }');
    expect({ status: ready.status, ready: await ready.text(), answer, ended: await ended }).toEqual({
      status: 503,
      ready: '{"status":"draining"}',
      answer: { status: 200, connection: 'close', body: { data: { __typename: 'Query' } } },
      ended: { code: 0, signal: null },
    });
  });

  test('who waits for a validator is told to come back, and nothing is recorded of it', async () => {
    const gateway = await start();
    const tarpit = createServer(() => {});
    await new Promise<void>((resolve) => tarpit.listen(0, '127.0.0.1', resolve));
    const dialled = once(tarpit, 'request');
    const url = `http://127.0.0.1:${(tarpit.address() as AddressInfo).port}/`;
    const validation = graphql(
      gateway,
      `mutation { testWebhookCredentialsV2(connectionDetails: {url: "${url}", signingSecret: "a secret of at least 24 characters"}, validationName: "validate_connection") { validationResult { success } } }`,
    );
    await dialled;
    const ended = await gateway.end('SIGTERM');
    tarpit.closeAllConnections();
    tarpit.close();
    const { status, body } = await validation;
    expect({ status, code: (body as { code: string }).code, ended }).toEqual({
      status: 503,
      code: 'UNAVAILABLE',
      ended: { code: 0, signal: null },
    });
  });

  test('a second signal ends it at once', async () => {
    const gateway = await start();
    const held = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {});
    held.write('POST /graphql HTTP/1.1\r\nHost: x\r\n');
    const ended = gateway.end('SIGTERM');
    while ((await fetch(`${gateway.url}/readyz`)).status === 200);
    gateway.child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 1, signal: null });
  });
});

describe('a process of ours', () => {
  test('goes on, and ends when it is told to, while nobody reads its log', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'changeover-unread-'));
    const environment = { PATH: process.env.PATH, PORT: '0', CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'debug' };
    const child = spawn(process.execPath, ['dist/main.js'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      let printed = '';
      const url = await new Promise<string>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          printed += chunk.toString('utf8');
          const found = /ready at (\S+) /.exec(printed)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      // Their lines are more than the system keeps for the reader.
      const requests = Array.from({ length: 1500 }).values();
      const statuses = new Set<number>();
      const ask = async () => {
        for (const _ of requests) statuses.add((await fetch(`${url}/livez`)).status);
      };
      await Promise.all(Array.from({ length: 8 }, ask));
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect({ statuses: [...statuses], ended: await ended }).toEqual({ statuses: [200], ended: [0, null] });
    } finally {
      child.kill('SIGKILL');
    }
  });

  test.each([
    ['below one that takes no folders', '/proc/changeover/data'],
    ['below a file', join(process.cwd(), 'package.json', 'data')],
  ])('says in one line that its data directory can not be made, %s, and ends', (_, dataDir) => {
    const environment = { PATH: process.env.PATH, PORT: '0', CHANGEOVER_DATA_DIR: dataDir };
    for (const command of [['dist/main.js'], ['dist/cli/main.js', 'token', 'create', '--name', 'ci', '--role', 'owner']]) {
      const { status, stderr } = spawnSync(process.execPath, command, { env: environment, encoding: 'utf8', timeout: 30_000 });
      expect({ status, lines: stderr.split('\n').length, stderr }).toEqual({
        status: 78,
        lines: 2,
        stderr: expect.stringMatching(/^changeover: The data directory .* can't be made \(E[A-Z]+\)/),
      });
    }
  });

  test.each([
    ['0.0.0.0', true],
    ['127.0.0.1', false],
  ])('listening on %s, is it warned of? %s; and so is running as root', async (host, expected) => {
    const gateway = await start({ settings: { HOST: host } });
    await gateway.end('SIGINT');
    const warned = (event: string) => gateway.printed().includes(`"msg":"${event}"`);
    expect({ clear: warned('listening in the clear'), root: warned('running as root') }).toEqual({
      clear: expected,
      root: process.getuid?.() === 0,
    });
  });

  test('opens no inspector when it is asked to by signal', async () => {
    const gateway = await start();
    gateway.child.kill('SIGUSR1');
    const { status } = await graphql(gateway, '{ __typename }');
    await gateway.end('SIGINT');
    expect({ status, printed: gateway.printed().includes('Debugger') }).toEqual({ status: 200, printed: false });
  });

  test('logs nothing of a client that goes away in the middle of its body', async () => {
    const gateway = await start();
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-mcd-token: ${gateway.owner.secret}\r\nContent-Length: 100\r\n\r\n`;
    const { socket } = await halfOpen(gateway.url, `${head}{"que`);
    await new Promise((resolve) => socket.once('close', resolve).end(() => socket.destroy()));
    const { status } = await graphql(gateway, '{ __typename }');
    await gateway.end('SIGINT');
    expect({ status, saysError: /error/i.test(gateway.printed()) }).toEqual({ status: 200, saysError: false });
  });

  // What the bundler adds in front are functions that nothing calls yet.
  test.each(['main.js', 'cli/main.js', 'egress/worker.js'])('#27 dist/%s takes __proto__ away before it loads anything else', (file) => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { readFileSync } from 'node:fs'; const imports = readFileSync('dist/${file}', 'utf8').match(/^import .*$/gm).filter((line) => !line.includes('rolldown-runtime')); await import(new URL(imports[0].match(/["'](.*)["']/)[1], new URL('dist/${file}', 'file://' + process.cwd() + '/'))); console.log('__proto__' in {});`,
      ],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('false\n');
  });
});

describe.each([
  ['npm start', ['dist/main.js']],
  ['the command line', ['dist/cli/main.js', 'serve']],
])('started by %s, a process of ours', (_, command) => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await start({ command });
  });

  test('keeps its control socket and its data to its owner', () => {
    const mode = (path: string) => (statSync(join(gateway.dataDir, path)).mode & 0o777).toString(8);
    expect({
      socket: mode('control.sock'),
      token: mode('owner-token'),
      key: mode('master.key'),
      store: mode('changeover.db'),
    }).toEqual({ socket: '600', token: '600', key: '600', store: '600' });
  });

  test('#83 is never dialled by its own validators, by whatever name, even with loopback allowed', async () => {
    const { port } = new URL(gateway.url);
    const codes: unknown[] = [];
    for (const host of ['127.0.0.1', 'localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1']) {
      const { body } = await graphql(
        gateway,
        `mutation { testWebhookCredentialsV2(connectionDetails: {url: "http://${host}:${port}/livez", signingSecret: "a secret of at least 24 characters"}, validationName: "validate_connection") { validationResult { additionalData { returnedData } errors { cause } } } }`,
      );
      codes.push(
        (
          body as { data: { testWebhookCredentialsV2: { validationResult: { errors: { cause: string }[] } } } }
        ).data.testWebhookCredentialsV2.validationResult.errors.map(({ cause }) => cause),
      );
    }
    expect(codes).toEqual(Array(6).fill(['address not allowed by the egress policy']));
  });

  test('requests that are refused one behind the other on one connection end it once, without a word of node on the log', async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const request = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nobody\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { status, closed } = await sendRaw(gateway.url, [request.repeat(30)]);
    expect({ status, closed }).toEqual({ status: 401, closed: true });
    expect((await graphql(gateway, '{ __typename }')).status).toBe(200);
    expect(gateway.printed()).not.toContain('Warning');
  });
});

describe('a start that fails', () => {
  const run = (settings: Record<string, string>) => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, PORT: '0', CHANGEOVER_DATA_DIR: mkdtempSync(join(tmpdir(), 'changeover-start-')), ...settings },
    });
    return { status, lines: stderr.trim().split('\n'), stderr };
  };

  test.each<[string, Record<string, string>]>([
    ['CHANGEOVER_TRUST_PROXY', { CHANGEOVER_TRUST_PROXY: 'CNRYproxy.example' }],
    ['CHANGEOVER_CONNECTIONS_PER_ADDRESS', { CHANGEOVER_CONNECTIONS_PER_ADDRESS: 'CNRY' }],
    ['CHANGEOVER_EGRESS_ALLOW', { CHANGEOVER_EGRESS_ALLOW: '10.0.0.0/CNRY' }],
    [
      'CHANGEOVER_DATABASE_URL',
      { CHANGEOVER_DATABASE_URL: 'postgres://CNRYuser:CNRYpassword@h:99999/d', CHANGEOVER_MASTER_KEY_FILE: '/dev/null' },
    ],
  ])('#36 names the setting %s in one line, and never its value', (name, settings) => {
    const { status, lines, stderr } = run(settings);
    expect({
      isRefused: status !== 0,
      lines: lines.length,
      showsValue: stderr.includes('CNRY'),
      isNamed: name === 'CHANGEOVER_DATABASE_URL' || stderr.includes(name),
    }).toEqual({ isRefused: true, lines: 1, showsValue: false, isNamed: true });
  });

  test('F29 a master key that others can read is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-key-'));
    const file = join(folder, 'key');
    spawnSync('sh', ['-c', `printf %064d 7 > "${file}"`]);
    chmodSync(file, 0o644);
    const { status, lines } = run({ CHANGEOVER_MASTER_KEY_FILE: file });
    expect({ status, lines: lines.length }).toEqual({ status: 78, lines: 1 });
  });
});

test('a gateway that may open few files turns away the clients that it has none for, and serves the others', async () => {
  const gateway = await start({ openFiles: 512, settings: { CHANGEOVER_CONNECTIONS_PER_ADDRESS: '1000' } });
  const { hostname, port } = new URL(gateway.url);
  const open = new Set<ReturnType<typeof connect>>();
  let refused = 0;
  for (let count = 0; count < 800; count += 1) {
    const socket = connect({ host: hostname, port: Number(port) });
    open.add(socket);
    socket
      .on('error', () => {})
      .once('close', () => {
        open.delete(socket);
        refused += 1;
      });
  }
  await expect.poll(() => refused).toBeGreaterThanOrEqual(800 - 512 + 64);
  // By its control socket, which has places of its own: what its work opens is to be had.
  const made = spawnSync(
    process.execPath,
    ['dist/cli/main.js', 'token', 'create', '--name', 'made meanwhile', '--role', 'viewer', '--json'],
    { env: { PATH: process.env.PATH, CHANGEOVER_DATA_DIR: gateway.dataDir }, encoding: 'utf8' },
  );
  expect(made).toMatchObject({ status: 0, stderr: '' });
  for (const socket of open) socket.destroy();
  await expect.poll(() => graphql(gateway, '{ __typename }').catch(() => null)).toMatchObject({ status: 200 });
  expect(gateway.child.exitCode).toBeNull();
  expect(gateway.printed()).not.toMatch(/uncaught|EMFILE/);
});
