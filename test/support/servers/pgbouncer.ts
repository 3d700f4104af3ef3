import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type TestPostgres } from './embedded-postgres.ts';

/** A pooler in front of a test's server, with fewer connections to it than a gateway opens. */
export interface TestPgbouncer {
  /** The same URL, by way of the pooler. */
  through(url: string): string;
  close(): Promise<void>;
}

export async function startPgbouncer(server: TestPostgres, mode: 'session' | 'transaction'): Promise<TestPgbouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-pgbouncer-'));
  // It refuses to run as root, so as root it is run as another user, who reads its files.
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, 'users'), `"${server.user}" "${server.password}"\n`);
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    // Its own SCRAM takes so long that what it serves would be measured by it.
    auth_type: 'trust',
    auth_file: join(folder, 'users'),
    pool_mode: mode,
    // In session mode each client has a connection of its own for as long as it is there.
    default_pool_size: mode === 'session' ? 60 : 4,
    ...(process.getuid?.() === 0 ? { user: 'postgres' } : {}),
  };
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n* = host=${server.host} port=${server.port}\n[pgbouncer]\n${Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('')}`,
  );
  const child = spawn('pgbouncer', ['-q', join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`pgbouncer did not start: ${printed}`);
  });
  // Whoever waits for it to listen is told.
  ended.catch(() => {});
  await Promise.race([listening(port), ended]);
  return {
    through(url) {
      const own = new URL(url);
      own.port = String(port);
      return own.href;
    },
    async close() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (isOpen) return;
  }
}
