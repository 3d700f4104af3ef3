// npm run test:histories: many clients at once, on SQLite through the listener and the control socket, on PostgreSQL through two gateways;
// their history is checked against C1 to C12 of test/histories/checker.mjs, and against rules for secrets that lie
// in files. First the checker itself: seven bugs that it has to find. Beside the clients somebody changes the keys all the time, an
// operator grants and revokes a folder of secrets, and what was replaced is retired and destroyed early.
//   -- --requests 2000 how long each history is: so many requests,
//   -- --seconds 30    or so much time, whichever is reached first; an hour where requests alone are asked for
//   -- --processes 16  how many clients
//   -- --connections 4 on how many connections
//   -- --seed 1        of their choices; printed

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startGateway } from '../crash/gateway.mjs';
import { startServer } from '../crash/postgres.mjs';
import { examine } from '../crash/workload/afterwards.mjs';
import { startReceiver } from '../crash/workload/seed.mjs';
import { BUGS } from './bugs.mjs';
import { checkHistory } from './checker.mjs';
import { runClients } from './clients.mjs';
import { hastenTime, keepGrants, keepKeys, rekeyBeside, rekeyOverSocket } from './keeper.mjs';
import { KEPT_MS } from './secrets.mjs';
import { SPOILT } from './spoil.mjs';
import { changeSqlite, openApp, prepareWorld, readStored, wayInProcess, wayOfCommandLine, wayOverHttp, withSqlite } from './world.mjs';

const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    requests: { type: 'string' },
    seconds: { type: 'string' },
    processes: number(16),
    connections: number(4),
    seed: number(Date.now() % 1_000_000),
  },
});
/** A history that is asked for by its length alone is that long, or fails; by its time as well, what is missing is told. */
const isLengthAlone = values.requests !== undefined && values.seconds === undefined;
const options = Object.fromEntries(
  Object.entries({ requests: 2000, seconds: isLengthAlone ? 3600 : 30, ...values }).map(([name, value]) => [name, Number(value)]),
);
const SIZE = {
  connections: options.connections,
  pairs: Math.max(12, Math.round(options.requests / 200)),
  removable: Math.max(6, Math.round(options.requests / 200)),
};
/** A bug that does not show itself within this time is not caught. */
const BUG_MS = 60_000;
/** Without one of these a run proves less than it says. */
const EVERY = [
  'commit',
  'update',
  'rollBack',
  'waited',
  'discard',
  'acquire',
  'readLease',
  'renew',
  'release',
  'endLease',
  'replay',
  'list',
  'write',
  'brief',
  'grant',
  'revoke',
  'removePair',
  'reseal',
  'rotate',
  'rekey',
];
const UNLIMITED = { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000000' };

const tally = { passed: 0, failed: 0 };
/** Histories that ended by time. */
const early = [];
const folder = mkdtempSync(join(tmpdir(), 'changeover-histories-'));
// The database server runs as another user where this runs as root, and has to be able to enter.
chmodSync(folder, 0o711);
const receiver = await startReceiver();
console.log(`seed ${options.seed}`);
try {
  for (const [name, bug] of Object.entries(BUGS)) await catchBug(name, bug);
  await onSqlite();
  await onPostgres();
} finally {
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const line of early) console.log(`STOPPED EARLY ${line}`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
// Said by ending: hooks of the database server's package end a process that only sets its code with 0.
process.exit(tally.failed === 0 ? 0 : 1);

async function catchBug(name, { caughtBy, around, replica }) {
  const dataDir = join(folder, name.replaceAll(/\W/g, '-'));
  const world = await prepareWorld({ CHANGEOVER_DATA_DIR: dataDir }, receiver.url, { connections: 1, pairs: 24, removable: 6 });
  const app = await openApp({ CHANGEOVER_DATA_DIR: dataDir });
  const right = await wayInProcess(app, app.services, world);
  const wrong = await wayInProcess(app, around(app.services), world);
  const ways = replica === true ? [right, wrong] : [wrong];
  const stopJobs = app.startJobs();
  const started = performance.now();
  const events = [];
  let broken = [];
  const isCaught = () => broken.some((line) => caughtBy.includes(line.split(':')[0]));
  for (let slice = 0; !isCaught() && performance.now() - started < BUG_MS; slice += 1) {
    await runClients(world, ways, { processes: 8, requests: 150, seconds: 10, seed: options.seed + 1000 * slice }, events);
    broken = checkHistory(events, await withSqlite(dataDir, readStored), KEPT_MS);
  }
  await stopJobs();
  await app.close();
  const found = [...new Set(broken.map((line) => line.split(':')[0]))].join(', ');
  const after = `after ${events.length} requests, ${((performance.now() - started) / 1000).toFixed(1)} s`;
  count(
    `a bug, ${name}: caught by ${found || 'nothing'} ${after}`,
    isCaught() ? [] : [`${caughtBy.join(' or ')} had to catch it`, ...broken.slice(0, 5)],
  );
}

async function onSqlite() {
  const dataDir = join(folder, 'sqlite');
  const world = await prepareWorld({ CHANGEOVER_DATA_DIR: dataDir }, receiver.url, SIZE);
  const gateway = await startGateway({ dataDir, environment: UNLIMITED });
  try {
    const http = wayOverHttp(gateway.url, world);
    const keys = { folder: dataDir, rekey: (file) => rekeyOverSocket(dataDir, file), keyFile: join(dataDir, 'master.key'), isSqlite: true };
    const beside = keepersOf(http, world, keys, (text) => changeSqlite(dataDir, text));
    await judge('SQLite, listener and command line', world, [http, http, wayOfCommandLine(dataDir)], beside, () =>
      withSqlite(dataDir, readStored),
    );
    await stillWhole('SQLite', gateway, world);
  } finally {
    await gateway.stop();
  }
}

async function onPostgres() {
  const server = await startServer(join(folder, 'postgres'), await freePort());
  const gateways = [];
  try {
    const dataDir = join(folder, 'gateway');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'key'), randomBytes(32).toString('hex'), { mode: 0o600 });
    const environment = {
      ...UNLIMITED,
      CHANGEOVER_DATABASE_URL: await server.createDatabase('histories'),
      CHANGEOVER_MASTER_KEY_FILE: join(dataDir, 'key'),
    };
    const world = await prepareWorld({ ...environment, CHANGEOVER_DATA_DIR: dataDir }, receiver.url, SIZE);
    for (let count = 0; count < 2; count += 1) gateways.push(await startGateway({ dataDir, environment }));
    const ways = gateways.map(({ url }) => wayOverHttp(url, world));
    const run = (text) => server.query(text, 'histories');
    const held = { ...environment, CHANGEOVER_DATA_DIR: dataDir };
    const rekey = (file) => rekeyBeside(held, file);
    await judge(
      'PostgreSQL, two gateways',
      world,
      ways,
      keepersOf(ways[0], world, { folder: dataDir, rekey, keyFile: join(dataDir, 'key'), isSqlite: false }, run),
      () => server.snapshot(readStored, 'histories'),
    );
    await stillWhole('PostgreSQL', gateways[1], world);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await server.stop();
  }
}

/** Who changes the keys and the grants, and how time goes faster. */
function keepersOf(way, world, keys, change) {
  return (isOver, events) =>
    Promise.all([
      keepKeys(way, { ...keys, isOver }, events),
      keepGrants(way, { prefix: world.briefly, isOver }, events),
      hastenTime(change, keys, isOver),
    ]);
}

/** Afterwards every version opens, and the audit is whole. */
async function stillWhole(name, gateway, world) {
  const broken = [];
  await examine(gateway.url, world, (promise) => broken.push(promise));
  count(`${name}: every version opens, and the audit is whole`, broken);
}

async function judge(name, world, ways, beside, stored) {
  const history = { events: await runClients(world, ways, options, [], beside), stored: await stored() };
  const { events } = history;
  if (events.length < options.requests) {
    early.push(`${name}: ${events.length} of ${options.requests} requests within ${options.seconds} s`);
    if (isLengthAlone) count(`${name}: as long as was asked for`, early.slice(-1));
  }
  const ok = events.filter(({ type }) => type === 'ok').length;
  const unknown = events.filter(({ type }) => type === 'info').length;
  const broken = checkHistory(events, history.stored);
  count(
    `${name}: ${ok} of ${events.length} requests took effect, ${unknown} nobody knows`,
    ok * 2 > events.length ? broken.slice(0, 20) : ['that is too few', ...broken.slice(0, 20)],
  );
  const times = (op) => events.filter((event) => event.op === op && event.type === 'ok').length;
  console.log(`       ${[...new Set(events.map(({ op }) => op))].map((op) => `${times(op)} ${op}`).join(', ')}`);
  const never = EVERY.filter((op) => times(op) === 0);
  count(`${name}: everything took effect at least once`, never);
  const overlooked = Object.entries(SPOILT).filter(([rule, spoil]) => {
    const copy = structuredClone(history);
    return !spoil(copy) || !checkHistory(copy.events, copy.stored).some((line) => line.startsWith(`${rule}:`));
  });
  count(
    `${name}: spoilt in one place, it breaks the rule of that place`,
    overlooked.map(([rule]) => `${rule} says nothing`),
  );
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function count(name, broken) {
  if (broken.length === 0) tally.passed += 1;
  else tally.failed += 1;
  console.log(`${broken.length === 0 ? 'ok    ' : 'FAILED'} ${name}${broken.map((line) => `\n       ${line}`).join('')}`);
}
