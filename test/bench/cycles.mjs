// Changes and leases, on this disk, on slower ones, and on PostgreSQL. A change is staged, validated by a validator that does nothing, and
// committed: three transactions. A slower disk is this one, each of whose syncs takes that much longer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { measureRates, sqliteRates } from './cycle-rates.mjs';
import { round } from './report/statistics.mjs';
import { openGateway } from './setup/gateway.mjs';
import { startPostgres } from './setup/postgres.mjs';

const RATES = fileURLToPath(new URL('cycle-rates.mjs', import.meta.url));
/** Of a whole change: each is durable before it is acknowledged. */
const TRANSACTIONS = 3;
/** Milliseconds that a sync takes longer on a slower disk. */
const SLOWER = [1, 4];

export async function measureCycles({ rounds, say }) {
  const sqlite = await sqliteRates({ name: 'sqlite', rounds, say });
  const slower = SLOWER.flatMap((ms) => slowerDisk(ms, { rounds, say }));
  const server = await postgresRates({ name: 'postgres', rounds, say });
  return {
    rows: [sqlite, ...slower, server],
    ratios: {
      'changes on SQLite for each single durable commit of the disk': sqlite.changesOfCommits,
      'leases on SQLite for each single durable commit of the disk': sqlite.leasesOfCommits,
      'acknowledged transactions of changes on SQLite for each single durable commit of the disk': round(
        TRANSACTIONS * sqlite.changesOfCommits,
      ),
      ...Object.fromEntries(
        slower.map(({ changesOfCommits }, index) => [
          `changes on SQLite for each single durable commit of a disk whose syncs take ${SLOWER[index]} ms longer`,
          changesOfCommits,
        ]),
      ),
      'changes on PostgreSQL for each single durable commit of the server': server.changesOfCommits,
      'leases on PostgreSQL for each single durable commit of the server': server.leasesOfCommits,
    },
  };
}

/** Empty where strace is not there, which is what holds the syncs up. */
function slowerDisk(ms, { rounds, say }) {
  const inject = [
    '-f',
    '-qq',
    '--seccomp-bpf',
    '-o',
    '/dev/null',
    '-e',
    'trace=fsync,fdatasync',
    '-e',
    `inject=fsync,fdatasync:delay_enter=${ms * 1000}`,
  ];
  const name = `SQLite, syncs ${ms} ms slower`;
  const child = spawnSync('strace', [...inject, process.execPath, RATES, String(rounds), name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.error !== undefined) {
    say(`slower disks are left out: strace is needed for them (${child.error.code})`);
    return [];
  }
  return [JSON.parse(child.stdout)];
}

async function postgresRates(options) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  const postgres = await startPostgres();
  try {
    return await measureRates(options, await openGateway(join(folder, 'postgres'), postgres.url), await postgresCommits(postgres.url));
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
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
