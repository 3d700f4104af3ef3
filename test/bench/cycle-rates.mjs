// Rates of changes and leases by 32 clients at once, each beside what the same disk does with one durable commit of one small row at a
// time, in turns within one run. As a program it measures SQLite by itself: node cycle-rates.mjs ROUNDS.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../build/store/sqlite/sqlite-driver.js';
import { median, round } from './report/statistics.mjs';
import { openGateway } from './setup/gateway.mjs';

const CLIENTS = 32;
const EACH = 40;
/** Single commits in a round. */
const COMMITS = 1000;

export async function sqliteRates(options) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  try {
    return await measureRates(options, await openGateway(join(folder, 'sqlite')), sqliteCommits(join(folder, 'baseline.db')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function measureRates({ name, rounds, say }, gateway, baseline) {
  const ids = [];
  for (let index = 0; index < CLIENTS; index += 1) ids.push(await gateway.addConnection(index));
  const rates = { commits: [], changes: [], leases: [] };
  const work = {
    commits: () => baseline.run(COMMITS),
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
  const handle = openDatabase(file);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rounds, name] = process.argv.slice(2);
  console.log(JSON.stringify(await sqliteRates({ name, rounds: Number(rounds), say: (line) => process.stderr.write(`${line}\n`) })));
}
