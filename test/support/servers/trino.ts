import { spawn } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../fakes/test-certificate.ts';
import { freePort } from './embedded-postgres.ts';

/** A real Trino server on loopback, which signs in by passwords over https, and goes by rules of access. Its catalog `lake` is kept in memory. */
export interface TestTrino {
  readonly port: number;
  /** Where it listens without TLS, and takes no password. */
  readonly plainPort: number;
  /** Each statement by itself, as the first user. */
  query(...statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  readonly users: readonly { readonly name: string; readonly password: string }[];
  /** As https://trino.io/docs/current/security/file-system-access-control.html has it. */
  readonly rules: object;
  /** Further lines of config.properties. */
  readonly settings?: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 110_000;

export async function startTrino({ users, rules, settings = {} }: Options): Promise<TestTrino> {
  const { CHANGEOVER_TEST_TRINO: home = '', CHANGEOVER_TEST_JAVA: java = '' } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'changeover-trino-'));
  const [port, plainPort] = [await freePort(), await freePort()];
  const at = (name: string) => join(folder, name);
  const write = (name: string, lines: Readonly<Record<string, string>>) => {
    writeFileSync(
      at(name),
      Object.entries(lines)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
      { mode: 0o600 },
    );
    return at(name);
  };
  mkdirSync(at('catalogs'));
  write('catalogs/lake.properties', { 'connector.name': 'memory' });
  symlinkSync(join(home, 'plugin'), at('plugin'));
  writeFileSync(at('server.pem'), TEST_CERTIFICATE.key + TEST_CERTIFICATE.cert);
  writeFileSync(at('passwords'), users.map(({ name, password }) => `${name}:${hashOf(password)}\n`).join(''));
  writeFileSync(at('rules.json'), JSON.stringify(rules));
  const config = write('config.properties', {
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'node.environment': 'test',
    'node.bind-ip': '127.0.0.1',
    'node.internal-address': '127.0.0.1',
    'discovery.uri': `http://127.0.0.1:${plainPort}`,
    'http-server.http.port': String(plainPort),
    'http-server.https.enabled': 'true',
    'http-server.https.port': String(port),
    'http-server.https.keystore.path': at('server.pem'),
    'http-server.authentication.type': 'PASSWORD',
    'internal-communication.shared-secret': randomBytes(24).toString('hex'),
    'plugin.dir': at('plugin'),
    'catalog.config-dir': at('catalogs'),
    'password-authenticator.config-files': write('password.properties', {
      'password-authenticator.name': 'file',
      'file.password-file': at('passwords'),
    }),
    'access-control.config-files': write('access.properties', {
      'access-control.name': 'file',
      'security.config-file': at('rules.json'),
    }),
    'query.max-memory': '128MB',
    'query.max-memory-per-node': '96MB',
    'memory.heap-headroom-per-node': '96MB',
    'web-ui.enabled': 'false',
    ...settings,
  });
  // Small and quick to start, in place of what a warehouse would run with.
  const frugal = ['-Xmx600m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
  const place = [`-Dnode.data-dir=${at('data')}`, `-Dconfig=${config}`, `-Dlog.levels-file=${write('log.properties', { '': 'WARN' })}`];
  const server = spawn(java, [...frugal, ...place, '-cp', join(home, 'lib', '*'), 'io.trino.server.TrinoServer'], {
    env: {},
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (log = `${log}${chunk}`.slice(-20_000)));
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    server.once('error', (error) => (log += String(error)));
    server.once('close', () => {
      hasEnded = true;
      resolve();
    });
  });
  const close = async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const until = Date.now() + READY_WITHIN_MS; !(await isReady(plainPort)); await setTimeout(250))
    if (hasEnded || Date.now() > until) {
      await close();
      throw new Error(`Trino did not get ready:\n${log}`);
    }
  return {
    port,
    plainPort,
    async query(...statements) {
      for (const statement of statements) await execute(port, users[0] ?? { name: '', password: '' }, statement);
    },
    close,
  };
}

/** As `htpasswd` does not make them, but Trino reads them: PBKDF2 of SHA-1, with salt and hash in hex. */
function hashOf(password: string): string {
  const salt = randomBytes(16);
  return [1000, salt.toString('hex'), pbkdf2Sync(password, salt, 1000, 32, 'sha1').toString('hex')].join(':');
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/info`).catch(() => null);
  if (answer?.status !== 200) return false;
  return ((await answer.json()) as { readonly starting: boolean }).starting === false;
}

interface Page {
  readonly nextUri?: string;
  readonly error?: { readonly message: string };
}

async function execute(port: number, { name, password }: Options['users'][number], statement: string): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`, 'x-trino-user': name };
  const ask = (url: string, method: string, body?: string) =>
    new Promise<Page>((resolve, reject) => {
      const sent = request(url, { method, headers, ca: TEST_AUTHORITY }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk));
        response.on('end', () => (response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  let page = await ask(`https://localhost:${port}/v1/statement`, 'POST', statement);
  while (page.nextUri !== undefined) page = await ask(page.nextUri, 'GET');
  if (page.error !== undefined) throw new Error(`${statement}: ${page.error.message}`);
}
