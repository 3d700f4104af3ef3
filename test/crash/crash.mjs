// npm run test:crash: the built gateway is killed at every write of a run, or its disk fails, and nothing that it acknowledged may be lost,
// nothing be half-saved, and every request that is sent again give its first outcome. On PostgreSQL the server, the connection and the
// gateway are taken away in mid-commit. The last line says how many of the points passed.
//   -- --sample 40   about 40 points, evenly spread and always the same, instead of some thousands
//   -- --lanes 2     how many run at the same time

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { earlyAnswers } from './checks/durable.mjs';
import { choosePoints, countCalls } from './faults/points.mjs';
import { postgresPoints, runPostgresPoint, startServer } from './postgres.mjs';
import { runPoint } from './sqlite.mjs';
import { seed, startReceiver } from './workload/seed.mjs';

const CONNECTIONS = 4;

const { values } = parseArgs({ options: { sample: { type: 'string' }, lanes: { type: 'string' } } });
const sample = values.sample === undefined ? null : Number(values.sample);
const lanes = Number(values.lanes ?? Math.min(4, cpus().length));

if (spawnSync('strace', ['--version']).status !== 0) {
  console.error('strace is needed to stop a process at a system call: apt-get install strace');
  process.exit(1);
}

const tally = { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'changeover-crash-'));
// The database server runs as another user where this runs as root, and has to be able to enter.
chmodSync(folder, 0o711);
const receiver = await startReceiver();
try {
  const seeded = join(folder, 'seeded');
  mkdirSync(seeded, { mode: 0o700 });
  const world = { receiver: receiver.url, seeded, ...(await seed({ CHANGEOVER_DATA_DIR: seeded }, receiver.url, CONNECTIONS)) };
  const counts = {};
  for (const scenario of ['first', 'workload', 'keys']) counts[scenario] = await undisturbed(world, scenario);
  await Promise.all([sweep(world, choosePoints(counts, sample)), sweepPostgres(postgresPoints(sample))]);
} finally {
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
// Said by ending: hooks of the database server's package end a process that only sets its code with 0.
process.exit(tally.failed === 0 ? 0 : 1);

/** A run without a fault, whose log says how many points there are, and that every answer came after its sync. */
async function undisturbed(world, scenario) {
  const log = join(folder, `${scenario}.log`);
  const { broken } = await runPoint(join(folder, 'undisturbed'), world, { scenario, nth: 0, fault: 'KILL' }, log);
  const text = readFileSync(log, 'utf8');
  count(`${scenario}, without a fault`, broken);
  const counts = countCalls(text);
  console.log(
    `       ${Object.entries(counts)
      .map(([call, times]) => `${times} ${call}`)
      .join(', ')}`,
  );
  if (scenario === 'workload') {
    const { answers, early } = earlyAnswers(text);
    count(
      `each of ${answers} answers came after the sync of what it acknowledges`,
      answers > 100 ? early : [`${answers} answers are too few`],
    );
    // A log without its syncs has to be seen through, or the line above says nothing.
    const unsynced = earlyAnswers(text.replaceAll(/^.*sync\(.*$/gm, ''));
    count('a log without syncs is not believed', unsynced.early.length > 100 ? [] : ['it is']);
  }
  return counts;
}

async function sweep(world, points) {
  const started = performance.now();
  let next = 0;
  let struck = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (next < points.length) {
        const point = points[next];
        next += 1;
        const result = await runPoint(join(folder, `lane-${lane}`), world, point).catch((error) => ({
          struck: true,
          broken: [error.stack],
        }));
        if (result.struck) struck += 1;
        count(nameOf(point), result.broken);
        if (next % 100 === 0)
          console.log(`       ${next} of ${points.length}, after ${((performance.now() - started) / 60_000).toFixed(1)} min`);
      }
    }),
  );
  count(`${struck} of ${points.length} faults struck before their run ended`, struck * 2 > points.length ? [] : ['that is too few']);
}

async function sweepPostgres(points) {
  const server = await startServer(join(folder, 'postgres'), await freePort());
  let said = 0;
  try {
    for (const [index, point] of points.entries()) {
      const { broken, unknown } = await runPostgresPoint(
        join(folder, `postgres-${index}`),
        server,
        receiver,
        point,
        `crash_${index}`,
      ).catch((error) => ({ broken: [error.stack], unknown: 0 }));
      said += unknown;
      count(`PostgreSQL: ${point.fault}, at COMMIT ${point.nth}`, broken);
    }
  } finally {
    await server.stop();
  }
  count(`PostgreSQL: ${said} outcomes were unknown, and repeats told them`, said > 0 ? [] : ['that proves nothing']);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function nameOf({ scenario, call, nth, fault, lasting, again }) {
  const what = fault === 'KILL' ? 'killed at' : `${fault} ${lasting ? 'from' : 'at'}`;
  return `${scenario}: ${what} ${call} ${nth}${again > 0 ? `, and again at pwrite64 ${again} after the restart` : ''}`;
}

function count(name, broken) {
  if (broken.length === 0) tally.passed += 1;
  else tally.failed += 1;
  console.log(`${broken.length === 0 ? 'ok    ' : 'FAILED'} ${name}${broken.map((promise) => `\n       ${promise}`).join('')}`);
}
