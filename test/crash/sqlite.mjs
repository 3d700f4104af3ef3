// One run on SQLite: a gateway on a copy of the seeded store, the workload, a fault at one system call, and what is left of it.
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../build/store/sqlite/sqlite-driver.js';
import { check } from './checks/check.mjs';
import { readState } from './checks/state.mjs';
import { CALLS } from './faults/points.mjs';
import { overlooked } from './faults/spoil.mjs';
import { startGateway } from './gateway.mjs';
import { examine } from './workload/afterwards.mjs';
import { EVERYBODY, KEEPERS } from './workload/clients.mjs';
import { createJournal, runWorkload } from './workload/workload.mjs';

const ROUNDS = 2;
/** Who works on the seeded store; on the very first start there is nothing to work on. */
const CLIENTS = { workload: EVERYBODY, keys: KEEPERS };
/** What a run without a fault has to have in it, or the faults struck something else; `referring` on the connection whose secrets lie in files, the others on those of dialects. */
const HAPPENS = {
  workload: [
    'secret-provider.grant',
    'secret-provider.revoke',
    'connection.update of referring',
    'connection.rollback of referring',
    'version.retire of referring',
    'connection.reseal of referring',
    'lease.read of referring',
    'version.retire',
    'change.wait',
    'change.discard',
    'connection.break-glass',
    'project.retire-key',
    'project.rekey',
    'connection.reseal',
    'instance.rekey',
    ...['lerian', 'matillion', 'atlas', 'posit', 'native'].map((name) => `connection.update of ${name}`),
  ],
  keys: ['project.retire-key', 'project.rekey', 'connection.reseal', 'instance.rekey', 'lease.read'],
};
/** Files that are written with write(2), of which a process does many more. */
const PLAIN_FILES = ['master.key', 'master.key.new', 'owner-token', 'owner-token.new'];

/** `point` is { scenario, call, nth, fault, lasting, again }; nth 0 injects nothing. Resolves to { reached, broken }. */
export async function runPoint(folder, seeded, point, log = '/dev/null') {
  const dataDir = join(folder, 'data');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const clients = CLIENTS[point.scenario];
  if (clients !== undefined) cpSync(seeded.seeded, dataDir, { recursive: true });
  const world = { ...seeded, control: join(dataDir, 'control.sock'), newKeyFile: join(folder, 'new.key') };
  writeFileSync(world.newKeyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  const journal = createJournal(join(folder, 'journal'));
  const broken = [];
  const started = [];
  const launch = async (options) => {
    const gateway = await startGateway({ dataDir, ...options });
    started.push(gateway);
    return gateway;
  };
  try {
    const gateway = await launch({ strace: injection(point, dataDir, log) });
    if (gateway.url !== null && clients !== undefined) await runWorkload(gateway.url, world, journal, clients, { rounds: ROUNDS });
    const struck = await endOf(gateway, point, broken);
    if (point.again > 0) {
      const second = await launch({
        strace: injection({ call: 'pwrite64', nth: point.again, fault: 'KILL' }, dataDir, '/dev/null'),
      });
      if (second.url !== null && clients !== undefined) await runWorkload(second.url, world, journal, clients, { rounds: 1 });
      await second.kill();
    }
    broken.push(...(await checkedAfter(launch, dataDir, world, journal, point)));
    return { struck, broken, requests: journal.entries.length };
  } finally {
    // Nothing is left running by a check that did not come to its end.
    for (const gateway of started) await gateway.kill();
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

async function checkedAfter(launch, dataDir, world, journal, { scenario, nth }) {
  const broken = [];
  const say = (promise) => broken.push(promise);
  const keys = { old: join(dataDir, 'master.key'), new: world.newKeyFile };
  const snapshot = (work) => withRows(dataDir, work);
  const hasKeys = CLIENTS[scenario] !== undefined;
  // Whichever key the operator has at hand opens the store; a rotation that had not begun leaves the new one worthless.
  let held = hasKeys && nth % 2 === 1 ? 'new' : 'old';
  let gateway = await launch(withKey(hasKeys ? keys[held] : null));
  if (gateway.url === null && held === 'new' && (await gateway.exited).code === 78) {
    const [{ begun }] = await withRows(dataDir, (rows) => rows("select count(*) as begun from audit where action = 'instance.rekey'"));
    if (begun > 0) say('a rotation has begun, and the new master key opens nothing');
    held = 'old';
    gateway = await launch(withKey(keys.old));
  }
  if (gateway.url === null) return [...broken, `the next start failed: ${gateway.errors().slice(0, 500)}`];
  if (hasKeys) {
    if (nth === 0) broken.push(...(await withRows(dataDir, (rows) => missing(HAPPENS[scenario], world, rows))));
    if (nth === 0 && scenario === 'workload') broken.push(...overlooked(await readState(snapshot)));
    broken.push(...(await check(gateway.url, world, journal, snapshot)));
  } else {
    const file = join(dataDir, 'owner-token');
    const owner = existsSync(file) ? tokenIn(file) : null;
    if (owner === null) broken.push('there is no owner token');
    else await examine(gateway.url, { owner }, say);
  }
  await endWell(gateway, say);
  if (hasKeys) {
    const other = held === 'old' ? 'new' : 'old';
    const reopened = await launch(withKey(keys[other]));
    if (reopened.url === null) say(`the ${other} master key does not open the store: ${reopened.errors().slice(0, 300)}`);
    else {
      await examine(reopened.url, world, say);
      await endWell(reopened, say);
    }
  }
  const integrity = await withRows(dataDir, (rows) => rows('pragma integrity_check'));
  return [...broken, ...integrity.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok')];
}

const withKey = (keyFile) => ({ environment: keyFile === null ? {} : { CHANGEOVER_MASTER_KEY_FILE: keyFile } });

async function endWell(gateway, say) {
  const { code } = await gateway.stop();
  if (code !== 0) say(`afterwards, it ended with ${code}`);
  if (gateway.errors() !== '') say(`afterwards, it logged ${gateway.errors().slice(0, 300)}`);
}

async function missing(actions, { referring, native, dialects }, rows) {
  const names = new Map(Object.entries({ referring, native, ...dialects }).map(([name, id]) => [id, name]));
  const happened = await rows("select distinct action, entity_id from audit where request_id <> 'seed'");
  const found = happened.flatMap(({ action, entity_id }) =>
    names.has(entity_id) ? [action, `${action} of ${names.get(entity_id)}`] : [action],
  );
  return actions.filter((action) => !found.includes(action)).map((action) => `there was no ${action}, which a run has to have in it`);
}

async function withRows(dataDir, work) {
  const handle = openDatabase(join(dataDir, 'changeover.db'), { readonly: true });
  try {
    handle.exec('BEGIN');
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
