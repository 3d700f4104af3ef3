import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort } from './embedded-postgres.ts';

/** A real MariaDB server on loopback, with a root account that has no password. */
export interface TestMariadb {
  readonly port: number;
  /** PEM of the authority that signed its certificate for `localhost`, where it speaks TLS. */
  readonly ca: string;
  /** Each statement by itself, as root. */
  query(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Servers are not always on the path of a user who is not root. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

export async function startMariadb({ tls }: { readonly tls: boolean }): Promise<TestMariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-mariadb-'));
  const data = join(folder, 'data');
  const user = `--user=${userInfo().username}`;
  execFileSync(
    'mariadb-install-db',
    ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', `--datadir=${data}`, user],
    { env, stdio: 'pipe' },
  );
  const port = await freePort();
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      user,
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      ...(tls ? makeCertificate(folder) : ['--skip-ssl']),
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-20_000);
      if (log.includes('ready for connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`mariadbd ended before it was ready:\n${log}`)));
  });
  return {
    port,
    ca: tls ? readFileSync(join(folder, 'ca.pem'), 'utf8') : '',
    async query(...statements) {
      const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
      try {
        let rows: unknown = [];
        for (const statement of statements) [rows] = await connection.query(statement);
        return rows as readonly Record<string, unknown>[];
      } finally {
        await connection.end();
      }
    },
    async close() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An authority of its own, and a certificate for `localhost` that it signed. */
function makeCertificate(folder: string): readonly string[] {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=Authority of the tests');
  openssl('req', ...key.slice(0, 3), '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=localhost');
  openssl('x509', '-req', '-days', '2', '-in', at('request.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-out', at('cert.pem'));
  return [`--ssl-ca=${at('ca.pem')}`, `--ssl-cert=${at('cert.pem')}`, `--ssl-key=${at('key.pem')}`];
}
