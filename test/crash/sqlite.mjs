// One run on SQLite: a gateway on a copy of the seeded store, the workload, a fault at one system call, and what is left of it.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { check, examine } from './check.mjs';
import { startGateway } from './gateway.mjs';
import { CALLS } from './points.mjs';
import { createJournal, runWorkload } from './workload.mjs';

const ROUNDS = 2;
/** Files that are written with write(2), of which a process does many more. */
const PLAIN_FILES = ['master.key', 'master.key.new', 'owner-token', 'owner-token.new'];

/** `point` is { scenario, call, nth, fault, lasting, again }; nth 0 injects nothing. Resolves to { reached, broken }. */
export async function runPoint(folder, world, point, log = '/dev/null') {
  const dataDir = join(folder, 'data');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (point.scenario === 'workload') cpSync(world.seeded, dataDir, { recursive: true });
  const journal = createJournal(join(folder, 'journal'));
  const broken = [];
  try {
    const gateway = await startGateway({ dataDir, strace: injection(point, dataDir, log) });
    if (gateway.url !== null && point.scenario === 'workload') await runWorkload(gateway.url, world, journal, { rounds: ROUNDS });
    const struck = await endOf(gateway, point, broken);
    if (point.again > 0) {
      const second = await startGateway({
        dataDir,
        strace: injection({ call: 'pwrite64', nth: point.again, fault: 'KILL' }, dataDir, '/dev/null'),
      });
      if (second.url !== null && point.scenario === 'workload') await runWorkload(second.url, world, journal, { rounds: 1 });
      await second.kill();
    }
    broken.push(...(await checkedAfter(dataDir, world, journal, point)));
    return { struck, broken, requests: journal.entries.length };
  } finally {
    journal.close();
  }
}

function injection({ call, nth, fault, lasting }, dataDir, log) {
  const paths = call === 'write' ? PLAIN_FILES.flatMap((file) => ['-P', join(dataDir, file)]) : [];
  const what = fault === 'KILL' ? 'signal=KILL' : `error=${fault}`;
  const inject = nth === 0 ? [] : ['-e', `inject=${call}:${what}:when=${nth}${lasting ? '+' : ''}`];
  // With a filter in the kernel the rest costs nothing, but no signal is sent.
  const filter = fault === 'KILL' && nth > 0 ? [] : ['--seccomp-bpf'];
  return [...filter, '-y', '-s', '16', '-o', log, ...paths, '-e', `trace=${nth === 0 ? [...CALLS, 'writev'].join() : call}`, ...inject];
}

/** How the run ended: true when the fault struck. */
async function endOf(gateway, { nth, fault }, broken) {
  if (fault !== 'KILL' || nth === 0) {
    // A gateway whose disk fails goes on, or says in one line why it did not start.
    if (gateway.url !== null) {
      const { signal, code } = nth === 0 ? await gateway.stop() : await gateway.kill();
      if (nth === 0 && code !== 0) broken.push(`it ended with ${code ?? signal}`);
    } else {
      const { code } = await gateway.exited;
      if (
        code === 0 ||
        gateway
          .errors()
          .split('\n')
          .filter((line) => line.startsWith('changeover:')).length !== 1
      )
        broken.push(`it did not start, with ${code}: ${gateway.errors().slice(0, 500)}`);
    }
    return true;
  }
  const left = await Promise.race([gateway.exited, new Promise((resolve) => setTimeout(resolve, 200, null))]);
  if (left?.signal === 'SIGKILL') return true;
  await gateway.kill();
  return false;
}

async function checkedAfter(dataDir, world, journal, { scenario, nth }) {
  const broken = [];
  const gateway = await startGateway({ dataDir });
  if (gateway.url === null) return [`the next start failed: ${gateway.errors().slice(0, 500)}`];
  if (scenario === 'workload') {
    broken.push(...(await withRows(dataDir, (rows) => check(gateway.url, world, journal, rows))));
    const [{ retired }] = await withRows(dataDir, (rows) => rows("select count(*) as retired from audit where action = 'version.retire'"));
    if (nth === 0 && retired === 0) broken.push('no version was retired, which a run has to have in it');
  } else {
    const file = join(dataDir, 'owner-token');
    const owner = existsSync(file) ? tokenIn(file) : null;
    if (owner === null) broken.push('there is no owner token');
    else await examine(gateway.url, { owner }, (promise) => broken.push(promise));
  }
  const { code } = await gateway.stop();
  if (code !== 0) broken.push(`afterwards, it ended with ${code}`);
  broken.push(
    ...(await withRows(dataDir, (rows) => rows('pragma integrity_check')))
      .map(({ integrity_check }) => integrity_check)
      .filter((line) => line !== 'ok'),
  );
  if (gateway.errors() !== '') broken.push(`afterwards, it logged ${gateway.errors().slice(0, 300)}`);
  return broken;
}

async function withRows(dataDir, work) {
  const handle = new SqliteDatabase(join(dataDir, 'changeover.db'), { readonly: true });
  try {
    return await work(async (text) => handle.prepare(text).all());
  } finally {
    handle.close();
  }
}

function tokenIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).secret;
  } catch {
    return null;
  }
}
