// Processes that work on the same few connections at the same time, and write down what they asked, when, and what came back.
import { detailsOf } from '../crash/seed.mjs';
import { snakeCase } from '../crash/workload.mjs';

/** Contents per connection: each is proven once, so that saving one again calls nobody. */
export const TAGS = 6;
/** How often each is done, of all. */
const MIX = {
  read: 30,
  list: 8,
  acquire: 8,
  readLease: 14,
  renew: 4,
  release: 4,
  commit: 16,
  update: 5,
  rollBack: 5,
  replay: 4,
  removePair: 2,
};

const UNKNOWN = new Set(['OUTCOME_UNKNOWN', 'UNAVAILABLE', 'REQUEST_IN_PROGRESS', 'REQUEST_TIMEOUT', 'RATE_LIMITED']);

export function tagsOf(connection) {
  return Array.from({ length: TAGS }, (_, index) => `t${index}-${connection.slice(-6)}`);
}

/**
 * `ways` are functions (verb, variables, id) to { data, code, text }, one for each way in; a process writes by one and reads by all.
 * `mayLease` says which of them act for a job. Resolves to the history.
 */
export async function runClients(world, ways, { processes, requests, seconds, seed }, events = []) {
  const until = performance.now() + seconds * 1000;
  const most = events.length + requests;
  await Promise.all(
    Array.from({ length: processes }, async (_, proc) => {
      const client = createClient(world, ways, events, proc, seed);
      while (performance.now() < until && events.length < most) await client();
    }),
  );
  return events;
}

function createClient(world, ways, events, proc, seed) {
  const chance = random(seed + proc);
  const leases = [];
  const answered = [];
  let count = 0;
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const home = ways[proc % ways.length];

  async function ask(op, key, args, way, verb, variables, read) {
    count += 1;
    // Half of the requests are under an idempotency id.
    const id = chance() < 0.5 ? `${seed}-p${proc}-${count}-${verb}` : null;
    const event = { proc, op, key, args: { request: `${seed}-p${proc}-${count}`, ...args }, inv: now(), ret: 0, type: 'info', value: {} };
    events.push(event);
    try {
      const { data, code, text } = await way.ask(verb, variables, id);
      event.ret = now();
      event.type = code === null ? 'ok' : UNKNOWN.has(code) ? 'info' : 'fail';
      event.value = code === null ? read(data) : { code };
      if (code === null && way.repeats && id !== null && verb !== 'show' && verb !== 'list')
        answered.push({ way, verb, variables, id, text, key });
    } catch (error) {
      event.ret = now();
      event.value = { code: String(error) };
    }
    return event.type === 'ok' ? event.value : null;
  }

  const operations = {
    read: (connection) =>
      ask('read', connection, {}, pick(ways), 'show', { id: connection }, ({ connection: row }) => ({
        version: row.currentVersion.version,
        tag: row.currentVersion.settings.headerName.slice(2),
        whole: true,
      })),
    list: () => ask('list', 'all', {}, pick(ways), 'list', {}, ({ getPlatformServices }) => ({ pairs: pairsOf(getPlatformServices) })),
    async acquire(connection) {
      const way = pick(ways.filter(({ mayLease }) => mayLease));
      const held = await ask(
        'acquire',
        connection,
        {},
        way,
        'acquire',
        { id: connection, job: `process ${proc}` },
        ({ acquireLease: { lease, key, credentials } }) => ({
          lease: lease.id,
          leaseKey: key,
          version: lease.version,
          ...contentOf(credentials),
        }),
      );
      if (held !== null) leases.push({ connection, ...held });
    },
    async readLease() {
      const held = pick(leases);
      if (held === undefined) return;
      const way = pick(ways.filter(({ mayLease }) => mayLease));
      await ask(
        'readLease',
        held.connection,
        { lease: held.lease, version: held.version },
        way,
        'read',
        { key: held.leaseKey },
        ({ readLease: { lease, credentials } }) => ({ version: lease.version, ...contentOf(credentials) }),
      );
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
      const way = pick(ways.filter(({ mayLease }) => mayLease));
      await ask('release', held.connection, { lease: held.lease }, way, 'release', { key: held.leaseKey }, () => ({}));
    },
    async commit(connection) {
      const tag = pick(tagsOf(connection));
      const staged = await ask(
        'stage',
        connection,
        { tag },
        home,
        'stage',
        { id: connection, c: detailsOf(tag) },
        ({ updateWebhookCredentialsV2: { result } }) => ({ tempKey: result.key }),
      );
      if (staged === null) return;
      // One key, used twice at once: one version.
      const request = `${seed}-p${proc}-${count}-key`;
      const uses = chance() < 0.25 ? 2 : 1;
      await Promise.all(
        Array.from({ length: uses }, () =>
          ask('commit', connection, { tag, request }, home, 'commit', { id: connection, key: staged.tempKey }, (data) => ({
            version: data.updateCredentialsV2.version,
          })),
        ),
      );
    },
    async update(connection) {
      const tag = pick(tagsOf(connection));
      await ask(
        'update',
        connection,
        { tag },
        home,
        'update',
        { id: connection, c: JSON.stringify(snakeCase(detailsOf(tag))) },
        (data) => ({ version: data.updateCredentials.version }),
      );
    },
    rollBack: (connection) =>
      ask('rollBack', connection, {}, home, 'rollBack', { id: connection }, (data) => ({ version: data.rollBackConnection.version })),
    async replay() {
      const past = pick(answered);
      if (past === undefined) return;
      const event = { proc, op: 'replay', key: past.key, args: { verb: past.verb }, inv: now(), ret: 0, type: 'info', value: {} };
      events.push(event);
      const { text, code } = await past.way.ask(past.verb, past.variables, past.id).catch(() => ({ code: 'UNAVAILABLE' }));
      Object.assign(event, { ret: now(), type: UNKNOWN.has(code) ? 'info' : 'ok', value: { same: text === past.text } });
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
  const tag = credentials.headerName.slice(2);
  const whole = Object.entries(detailsOf(tag)).every(([name, value]) => credentials[name] === value);
  return { tag, whole };
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
