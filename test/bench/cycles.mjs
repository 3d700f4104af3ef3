// Changes and leases by 32 clients at once, each a rate beside what the same disk does with one durable commit of one small row at a time,
// measured in turns within one run. A change is staged, validated by a validator that does nothing, and committed: three transactions.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { openGateway } from './gateway.mjs';
import { startPostgres } from './postgres.mjs';
import { median, round } from './statistics.mjs';

const CLIENTS = 32;
const EACH = 20;

export async function measureCycles({ rounds, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  const postgres = await startPostgres();
  try {
    const sqlite = await measureStore('sqlite', {
      rounds,
      say,
      gateway: await openGateway(join(folder, 'sqlite')),
      baseline: sqliteCommits(join(folder, 'baseline.db')),
    });
    const server = await measureStore('postgres', {
      rounds,
      say,
      gateway: await openGateway(join(folder, 'postgres'), postgres.url),
      baseline: await postgresCommits(postgres.url),
    });
    return {
      rows: [sqlite, server],
      ratios: {
        'changes on SQLite for each single durable commit of the disk': sqlite.changesOfCommits,
        'leases on SQLite for each single durable commit of the disk': sqlite.leasesOfCommits,
        'changes on PostgreSQL for each single durable commit of the server': server.changesOfCommits,
        'leases on PostgreSQL for each single durable commit of the server': server.leasesOfCommits,
      },
    };
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureStore(name, { rounds, say, gateway, baseline }) {
  const ids = [];
  for (let index = 0; index < CLIENTS; index += 1) ids.push(await gateway.addConnection(index));
  const rates = { commits: [], changes: [], leases: [] };
  const work = {
    commits: () => baseline.run(200),
    changes: () => byClients(ids, (id) => gateway.change(id, `password ${randomUUID()}`)),
    leases: () => byClients(ids, (id) => gateway.holdLease(id)),
  };
  for (const run of Object.values(work)) await run();
  for (let turn = 1; turn <= rounds; turn += 1) {
    for (const [what, run] of Object.entries(work)) {
      const started = performance.now();
      const done = await run();
      rates[what].push((done / (performance.now() - started)) * 1000);
    }
    say(`changes and leases on ${name}: round ${turn} of ${rounds}`);
  }
  await gateway.close();
  await baseline.close();
  const rate = (what) => Math.round(median(rates[what]));
  return {
    name,
    commitsPerSecond: rate('commits'),
    changesPerSecond: rate('changes'),
    leasesPerSecond: rate('leases'),
    changesOfCommits: round(median(rates.changes) / median(rates.commits)),
    leasesOfCommits: round(median(rates.leases) / median(rates.commits)),
  };
}

async function byClients(ids, work) {
  await Promise.all(
    ids.map(async (id) => {
      for (let turn = 0; turn < EACH; turn += 1) await work(id);
    }),
  );
  return ids.length * EACH;
}

function sqliteCommits(file) {
  const handle = new SqliteDatabase(file);
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.exec('create table rows (id integer primary key, text text)');
  const insert = handle.prepare('insert into rows (text) values (?)');
  return {
    run(times) {
      for (let turn = 0; turn < times; turn += 1) insert.run('one small row of the baseline');
      return times;
    },
    close: () => handle.close(),
  };
}

async function postgresCommits(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table baseline_rows (id serial primary key, text text)');
  return {
    async run(times) {
      for (let turn = 0; turn < times; turn += 1)
        await client.query({
          name: 'insert',
          text: 'insert into baseline_rows (text) values ($1)',
          values: ['one small row of the baseline'],
        });
      return times;
    },
    close: () => client.end(),
  };
}
