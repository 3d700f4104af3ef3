// Processes that work on the same few connections at the same time, and write down what they asked, when, and what came back.
import { detailsOf } from '../crash/workload/seed.mjs';
import { snakeCase } from '../crash/workload/workload.mjs';
import { readTag, tagOfVersion } from './secrets.mjs';

/** Contents per connection: each that is sealed is proven once, so that saving one again calls nobody. */
export const TAGS = 6;
/** How often each is done, of all. */
const MIX = {
  read: 36,
  list: 8,
  acquire: 8,
  readLease: 14,
  renew: 4,
  release: 4,
  commit: 16,
  update: 6,
  rollBack: 5,
  replay: 4,
  removePair: 2,
  force: 3,
  wait: 3,
  takeBack: 8,
  job: 5,
  endLease: 2,
  remove: 2,
  write: 6,
  readAnew: 6,
  brief: 6,
};
/** For how long a client waits for the jobs of others at most, milliseconds; then it takes the change back. */
const PATIENCE_MS = 1500;

/** Codes with which nobody knows what took effect. */
export const UNKNOWN = new Set(['OUTCOME_UNKNOWN', 'UNAVAILABLE', 'REQUEST_IN_PROGRESS', 'REQUEST_TIMEOUT', 'RATE_LIMITED']);

/** Requests whose answers show credentials, and what says that these are not to be had any more. */
const REVEALS = new Set(['acquire', 'read', 'readAnew']);
const ENDED = new Set(['NOT_FOUND', 'FORBIDDEN', 'SECRET_REENTRY_REQUIRED', 'UNAUTHENTICATED']);

export function tagsOf(connection) {
  return Array.from({ length: TAGS }, (_, index) => `t${index}-${connection.slice(-6)}`);
}

/**
 * `ways` are functions (verb, variables, id) to { data, code, text }, one for each way in; a process writes by one and reads by all.
 * `mayLease` says which of them act for a job. `beside` goes on until the clients are done. Resolves to the history.
 */
export async function runClients(world, ways, { processes, requests, seconds, seed }, events = [], beside = async () => {}) {
  const until = performance.now() + seconds * 1000;
  const most = events.length + requests;
  const isOver = () => performance.now() >= until || events.length >= most;
  await Promise.all([
    ...Array.from({ length: processes }, async (_, proc) => {
      const client = createClient(world, ways, events, proc, seed);
      while (!isOver()) await client();
    }),
    beside(isOver, events),
  ]);
  return events;
}

function createClient(world, ways, events, proc, seed) {
  const chance = random(seed + proc);
  const leases = [];
  const answered = [];
  let count = 0;
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const home = ways[proc % ways.length];
  const refersTo = (connection) => world.referring.includes(connection);

  async function ask(op, key, args, way, verb, variables, read) {
    count += 1;
    // Half of the requests are under an idempotency id.
    const id = chance() < 0.5 ? `${seed}-p${proc}-${count}-${verb}` : null;
    const trace = `${seed}-p${proc}-${count}`;
    const event = { proc, op, key, args: { request: trace, refers: refersTo(key), ...args }, inv: now(), ret: 0, type: 'info', value: {} };
    if (way.repeats) event.trace = trace;
    events.push(event);
    try {
      const { data, code, text } = await way.ask(verb, variables, id, trace);
      event.ret = now();
      event.type = code === null ? 'ok' : UNKNOWN.has(code) ? 'info' : 'fail';
      event.value = code === null ? read(data) : { code, secret: /"(SECRET_[A-Z_]+)"/.exec(text)?.[1] };
      // What had been rolled back before is no write of this one's.
      if (event.value.repeated === true) Object.assign(event, { type: 'fail', value: { code: 'VERSION_CONFLICT' } });
      if (event.type !== 'info' && way.repeats && id !== null && verb !== 'show' && verb !== 'list')
        answered.push({ way, verb, variables, id, text, key });
    } catch (error) {
      event.ret = now();
      event.value = { code: String(error) };
    }
    return event.type === 'ok' ? event.value : null;
  }

  async function acquire(connection, op = 'acquire') {
    const way = pick(ways.filter(({ mayLease }) => mayLease));
    const variables = { id: connection, job: `process ${proc}` };
    const held = await ask(op, connection, {}, way, 'acquire', variables, ({ acquireLease: { lease, key, credentials } }) => ({
      lease: lease.id,
      leaseKey: key,
      version: lease.version,
      ...contentOf(credentials),
    }));
    return held === null ? null : { connection, ...held };
  }

  async function readLease({ connection, lease, version, leaseKey }, verb = 'read') {
    const way = pick(ways.filter(({ mayLease }) => mayLease));
    const args = { lease, version, fresh: verb === 'readAnew' };
    const read = ({ readLease: { lease: row, credentials } }) => ({ version: row.version, ...contentOf(credentials) });
    await ask('readLease', connection, args, way, verb, { key: leaseKey }, read);
  }

  async function release({ connection, lease, leaseKey }) {
    const way = pick(ways.filter(({ mayLease }) => mayLease));
    await ask('release', connection, { lease }, way, 'release', { key: leaseKey }, () => ({}));
  }

  async function stage(connection) {
    const tag = pick(tagsOf(connection));
    if (refersTo(connection)) {
      const variables = { id: connection, file: world.secrets.pathOf(tag) };
      const read = ({ updateSelfHostedCredentialsV2: { result } }) => ({ sent: tag, tempKey: result.key });
      return await ask('stage', connection, { tag }, home, 'refer', variables, read);
    }
    const variables = { id: connection, c: detailsOf(tag) };
    return await ask('stage', connection, { tag }, home, 'stage', variables, ({ updateWebhookCredentialsV2: { result } }) => ({
      sent: tag,
      tempKey: result.key,
    }));
  }

  async function commit(connection, { tempKey, sent, ...args }, verb, field) {
    const read = ({ [field]: row }) => ({ version: row.version ?? row.committedVersion });
    return await ask('commit', connection, { tag: sent, ...args }, home, verb, { id: connection, key: tempKey }, read);
  }

  /** Each use under the same request, a quarter of them at once. */
  async function twice(use) {
    const request = `${seed}-p${proc}-${count}-key`;
    await Promise.all(Array.from({ length: chance() < 0.25 ? 2 : 1 }, () => use(request)));
  }

  /** A commit that waits for jobs: done when it is seen to be, and taken back when that takes too long. The whole is one event more. */
  async function waitForJobs(connection, patienceMs) {
    const staged = await stage(connection);
    if (staged === null) return;
    const request = `${seed}-p${proc}-${count}-waited`;
    const args = { request, tag: staged.sent, refers: refersTo(connection) };
    const whole = { proc, op: 'waited', key: connection, args, inv: now(), ret: 0, type: 'info', value: {} };
    const asked = await ask(
      'wait',
      connection,
      { request },
      home,
      'wait',
      { id: connection, key: staged.tempKey },
      (data) => data.commitChange,
    );
    if (asked === null) return;
    whole.args.waits = asked.state === 'PENDING';
    let change = asked;
    const look = async () => {
      const { data } = await home.ask('change', { id: asked.id }, null, null);
      change = data?.change ?? change;
    };
    for (const until = performance.now() + patienceMs; change.state === 'PENDING' && performance.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await look();
    }
    if (change.state === 'PENDING') {
      await ask('discard', connection, {}, home, 'discard', { id: asked.id }, () => ({}));
      await look();
    }
    const type = { COMMITTED: 'ok', DISCARDED: 'fail' }[change.state] ?? 'info';
    const value = type === 'ok' ? { version: change.committedVersion } : { code: change.failure };
    events.push(Object.assign(whole, { ret: now(), type, value }));
  }

  const operations = {
    read: (connection) =>
      ask('read', connection, {}, pick(ways), 'show', { id: connection }, ({ connection: row }) => ({
        version: row.currentVersion.version,
        tag: tagOfVersion(row.currentVersion),
        whole: true,
      })),
    list: () => ask('list', 'all', {}, pick(ways), 'list', {}, ({ getPlatformServices }) => ({ pairs: pairsOf(getPlatformServices) })),
    async acquire(connection) {
      const held = await acquire(connection);
      if (held !== null) leases.push(held);
    },
    async readLease() {
      const held = pick(leases);
      if (held !== undefined) await readLease(held);
    },
    /** Somebody replaces a secret in its file, without a word to the gateway. */
    async write() {
      const tag = pick(tagsOf(pick(world.referring)));
      const event = { proc, op: 'write', key: tag, args: {}, inv: now(), ret: 0, type: 'ok', value: {} };
      events.push(Object.assign(event, { value: { serial: world.secrets.put(tag) }, ret: now() }));
    },
    /** As a job whose login was refused. */
    async readAnew() {
      let held = pick(leases.filter(({ connection }) => refersTo(connection)));
      if (held === undefined) {
        held = await acquire(pick(world.referring));
        if (held === null) return;
        leases.push(held);
      }
      await readLease(held, 'readAnew');
    },
    /** A lease on what is granted for a moment at a time. */
    async brief() {
      const held = await acquire(world.brief, 'brief');
      if (held !== null) await release(held);
    },
    async renew() {
      const held = pick(leases);
      if (held === undefined) return;
      const way = pick(ways.filter(({ mayLease }) => mayLease));
      await ask(
        'renew',
        held.connection,
        { lease: held.lease, version: held.version },
        way,
        'renew',
        { key: held.leaseKey },
        ({ renewLease }) => ({ version: renewLease.live ? held.version : null }),
      );
    },
    async release() {
      const [held] = leases.splice(Math.floor(chance() * leases.length), 1);
      if (held === undefined) return;
      await release(held);
    },
    /** An administrator ends another's lease. */
    async endLease() {
      const [held] = leases.splice(Math.floor(chance() * leases.length), 1);
      if (held === undefined) return;
      await ask('endLease', held.connection, { lease: held.lease }, home, 'endLease', { id: held.lease }, () => ({}));
    },
    async commit(connection) {
      const staged = await stage(connection);
      if (staged === null) return;
      // One key, used twice at once: one version.
      await twice((request) => commit(connection, { ...staged, request }, 'commit', 'updateCredentialsV2'));
    },
    /** Refused while a job holds the connection, and committed all the same. */
    async force() {
      const staged = await stage(world.refusing);
      if (staged === null) return;
      if ((await commit(world.refusing, { ...staged, heeds: true }, 'commit', 'updateCredentialsV2')) !== null) return;
      await twice((request) => commit(world.refusing, { ...staged, request, forced: true }, 'force', 'commitChange'));
    },
    wait: () => waitForJobs(pick(world.waits), chance() * PATIENCE_MS),
    /** Taken back while the job that it waits for goes on. */
    async takeBack() {
      const connection = pick(world.waits);
      const held = await acquire(connection);
      if (held === null) return;
      await waitForJobs(connection, 0);
      await release(held);
    },
    /** A job that is soon over, where jobs have a say. */
    async job() {
      const held = await acquire(pick([...world.waits, world.refusing]));
      if (held === null) return;
      await readLease(held);
      await new Promise((resolve) => setTimeout(resolve, chance() * 200));
      await readLease(held);
      await release(held);
    },
    /** Somebody removes a connection while others lease it: it goes when no job holds it, and never before. */
    async remove() {
      const connection = pick(world.removable);
      const held = await acquire(connection);
      await ask('remove', connection, {}, home, 'remove', { id: connection }, () => ({}));
      if (held === null) return;
      await readLease(held);
      await release(held);
      if (chance() < 0.3) await ask('remove', connection, {}, home, 'remove', { id: connection }, () => ({}));
    },
    async update(connection) {
      const tag = pick(tagsOf(connection));
      await ask(
        'update',
        connection,
        { tag },
        home,
        'update',
        { id: connection, c: JSON.stringify(refersTo(connection) ? fileOf(world, tag) : snakeCase(detailsOf(tag))) },
        (data) => ({ version: data.updateCredentials.version }),
      );
    },
    rollBack: (connection) =>
      ask('rollBack', connection, {}, home, 'rollBack', { id: connection }, ({ rollBackConnection: { version, repeated } }) => ({
        version,
        repeated,
      })),
    async replay() {
      const past = pick(answered);
      if (past === undefined) return;
      const event = { proc, op: 'replay', key: past.key, args: { verb: past.verb }, inv: now(), ret: 0, type: 'info', value: {} };
      events.push(event);
      const { text, code } = await past.way.ask(past.verb, past.variables, past.id).catch(() => ({ code: 'UNAVAILABLE' }));
      // What reveals is asked for anew: it is refused once the lease has ended, and gives what a reference leads to by then.
      const differs = REVEALS.has(past.verb) && (ENDED.has(code) || refersTo(past.key));
      Object.assign(event, {
        ret: now(),
        type: UNKNOWN.has(code) ? 'info' : 'ok',
        value: { same: differs || text === past.text, reveals: REVEALS.has(past.verb) && code === null },
      });
    },
    async removePair() {
      const pair = pick(world.pairs);
      await ask('removePair', pair, {}, home, 'removePair', { id: pair }, () => ({}));
    },
  };

  const wheel = Object.entries(MIX).flatMap(([name, times]) => Array(times).fill(name));
  return () => operations[pick(wheel)](pick(world.connections));
}

function pairsOf(services) {
  const counts = {};
  for (const { name } of services.flatMap(({ connections }) => connections)) {
    const pair = /^(pair \d+) /.exec(name)?.[1];
    if (pair !== undefined) counts[pair] = (counts[pair] ?? 0) + 1;
  }
  return counts;
}

function contentOf(credentials) {
  const text = credentials.headerName.slice(2);
  const whole = Object.entries(detailsOf(text)).every(([name, value]) => credentials[name] === value);
  return { ...readTag(text), whole };
}

function fileOf(world, tag) {
  return { self_hosted_credentials_type: 'file', file_path: world.secrets.pathOf(tag) };
}

function now() {
  return Number(process.hrtime.bigint());
}

/** The same numbers from the same seed. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
