import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TEST_CERTIFICATE } from '../fakes/test-certificate.ts';
import { freePort } from './embedded-postgres.ts';

/** A real ClickHouse server on loopback, of the version that Debian has: 18.16, which knows users and passwords, and neither roles nor grants. */
export interface TestClickhouse {
  readonly port: number;
  readonly plainPort: number;
  readonly nativePort: number;
  close(): Promise<void>;
}

export interface ClickhouseLogin {
  readonly name: string;
  readonly password: string;
  /** The address that the user may come from, 127.0.0.1 unless given. */
  readonly from?: string;
}

const READY_WITHIN_MS = 60_000;

export async function startClickhouse(users: readonly ClickhouseLogin[]): Promise<TestClickhouse> {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-clickhouse-'));
  const [port, plainPort, nativePort] = [await freePort(), await freePort(), await freePort()];
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  for (const name of ['data', 'tmp']) mkdirSync(join(folder, name));
  const tls = {
    certificateFile: write('cert.pem', TEST_CERTIFICATE.cert),
    privateKeyFile: write('key.pem', TEST_CERTIFICATE.key),
    verificationMode: 'none',
    cacheSessions: 'false',
  };
  const config = write(
    'config.xml',
    xml('yandex', {
      logger: { level: 'warning', console: '1' },
      listen_host: '127.0.0.1',
      https_port: port,
      http_port: plainPort,
      tcp_port: nativePort,
      path: `${folder}/data/`,
      tmp_path: `${folder}/tmp/`,
      users_config: write('users.xml', usersXml(users)),
      default_profile: 'default',
      default_database: 'default',
      mark_cache_size: 5_242_880,
      openSSL: { server: tls },
    }),
  );
  const server = spawn('clickhouse-server', [`--config-file=${config}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
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
  for (const until = Date.now() + READY_WITHIN_MS; !(await isReady(plainPort)); await setTimeout(100))
    if (hasEnded || Date.now() > until) {
      await close();
      throw new Error(`ClickHouse did not get ready:\n${log}`);
    }
  return { port, plainPort, nativePort, close };
}

function usersXml(users: readonly ClickhouseLogin[]): string {
  const one = ({ name, password, from = '127.0.0.1' }: ClickhouseLogin) => [
    name,
    {
      password_sha256_hex: createHash('sha256').update(password).digest('hex'),
      networks: { ip: from },
      profile: 'default',
      quota: 'default',
    },
  ];
  return xml('yandex', { profiles: { default: '' }, quotas: { default: '' }, users: Object.fromEntries(users.map(one)) });
}

function xml(element: string, content: unknown): string {
  const inner =
    typeof content === 'object' && content !== null
      ? Object.entries(content)
          .map(([name, value]) => xml(name, value))
          .join('')
      : String(content);
  return `<${element}>${inner}</${element}>`;
}

/** What answers anybody, logged in or not. */
async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => null);
  return answer?.status === 200;
}
