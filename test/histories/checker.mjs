// Reads a history, and what was stored at its end, and names every promise that was broken. Nothing is taken from the gateway's own word
// for how it isolates: only what was asked, when, and what came back.
//
// An event is { proc, op, key, args, inv, ret, type, value }: `inv` and `ret` are nanoseconds of one clock, `type` is ok, fail (it had no
// effect) or info (nobody knows). `key` is the connection, or the integration of a pair.

import { auditOf } from './audit.mjs';
import { fresh, grants, kept } from './secret-rules.mjs';
import { HASTENED_KEPT_MS } from './secrets.mjs';

const CHECKS = { C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12: auditOf, inFlight, fresh, kept, grants, unexpected };
const WRITES = new Set(['commit', 'update', 'rollBack', 'waited']);
const READS = new Set(['read', 'acquire']);

/** Broken promises, each with its number in front; `stored` has versions, changes and audit counts. A secret may be `keptMs` old. */
export function checkHistory(events, stored, keptMs = HASTENED_KEPT_MS) {
  const history = {
    events,
    stored,
    keptMs,
    ok: events.filter(({ type }) => type === 'ok'),
    writes: byKey(events.filter(({ op, type }) => WRITES.has(op) && type === 'ok')),
    reads: byKey(events.filter(({ op, type }) => READS.has(op) && type === 'ok')),
    version: new Map(stored.versions.map((row) => [`${row.connection} ${row.version}`, row])),
  };
  return Object.entries(CHECKS).flatMap(([name, find]) => find(history).map((broken) => `${name}: ${broken}`));
}

/** Versions are distinct and dense, and hold what was sent. */
function C1({ stored, writes, version }) {
  const gaps = [...byKey(stored.versions, 'connection').entries()].flatMap(([connection, rows]) =>
    rows
      .map((row) => row.version)
      .sort((a, b) => a - b)
      .every((number, index) => number === index + 1)
      ? []
      : [`versions of ${connection} have a gap or a double`],
  );
  const wrong = [...writes.values()].flat().flatMap(({ op, key, args, value }) => {
    const row = version.get(`${key} ${value.version}`);
    if (row === undefined) return [`${op} made version ${value.version} of ${key}, which is not there`];
    return args.tag === undefined || row.tag === args.tag
      ? []
      : [`version ${value.version} of ${key} holds ${row.tag}, and ${args.tag} was sent`];
  });
  const doubles = [...writes.entries()].flatMap(([key, all]) => {
    const requests = new Map();
    for (const { value, args } of all) requests.set(value.version, (requests.get(value.version) ?? new Set()).add(args.request));
    return [...requests].filter(([, made]) => made.size > 1).map(([number]) => `two requests made version ${number} of ${key}`);
  });
  return [...gaps, ...wrong, ...doubles];
}

/** A write that returned before another began has the lower version. */
function C2({ writes }) {
  return [...writes.entries()].flatMap(([key, all]) =>
    ordered(
      all,
      all,
      (before, after) => before.args.request === after.args.request || before.value.version < after.value.version,
      `writes of ${key}`,
    ),
  );
}

/** What is read after an acknowledgement is at least as new, on another replica, too. */
function C3({ writes, reads }) {
  return [...reads.entries()].flatMap(([key, all]) =>
    ordered(
      writes.get(key) ?? [],
      all,
      (write, read) => write.value.version <= read.value.version,
      `a read of ${key} after an acknowledged write`,
    ),
  );
}

/** Reads do not go back in time. */
function C4({ reads }) {
  return [...reads.entries()].flatMap(([key, all]) =>
    ordered(all, all, (first, second) => first.value.version <= second.value.version, `reads of ${key}`),
  );
}

/** What is read is one version that was saved, whole. */
function C5({ ok, version }) {
  return ok.flatMap(({ op, key, value }) => {
    if (value?.tag === undefined) return [];
    const saved = version.get(`${key} ${value.version}`)?.tag;
    return value.whole && saved === value.tag
      ? []
      : [`${op} of ${key} gave ${value.whole ? value.tag : 'a mixture'} for version ${value.version}, which holds ${saved}`];
  });
}

/** Of writes on one base one succeeds. */
function C6({ stored }) {
  return stored.versions.flatMap(({ connection, version, base }) =>
    base === null || base === version - 1 ? [] : [`version ${version} of ${connection} was made on base ${base}`],
  );
}

/** What is changed together is seen together. */
function C7({ ok }) {
  return ok
    .filter(({ op }) => op === 'list')
    .flatMap(({ value }) =>
      Object.entries(value.pairs)
        .filter(([, count]) => count === 1)
        .map(([name]) => `half of ${name} was listed`),
    );
}

/** A lease gives its version until it ends, whatever is done meanwhile: commits, roll-backs, retirement, new keys, removals. */
function C8({ events }) {
  const released = endsOf(events);
  return events
    .filter(({ op }) => op === 'readLease' || op === 'renew')
    .flatMap(({ op, key, args, ret, type, value }) => {
      if ((released.get(args.lease) ?? Infinity) < ret || type === 'info') return [];
      if (type === 'fail') return [`${op} of a live lease on ${key} was refused (${value.code})`];
      return value.version === args.version ? [] : [`a lease on version ${args.version} of ${key} gave version ${value.version}`];
    });
}

/** When each lease began to be ended. */
function endsOf(events) {
  return new Map(events.filter(({ op }) => op === 'release' || op === 'endLease').map(({ args, inv }) => [args.lease, inv]));
}

/** A roll-back is a new version with an older one's content. */
function C9({ ok, stored, version }) {
  const none = ok
    .filter(({ op, key, value }) => op === 'rollBack' && typeof version.get(`${key} ${value.version}`)?.restoredFrom !== 'number')
    .map(({ key, value }) => `version ${value.version} of ${key} was a roll-back, and does not say of what`);
  const wrong = stored.versions
    .filter(({ restoredFrom }) => restoredFrom !== null)
    .flatMap((row) => {
      const old = version.get(`${row.connection} ${row.restoredFrom}`);
      return row.restoredFrom < row.version && old?.tag === row.tag
        ? []
        : [`version ${row.version} of ${row.connection} is not what version ${row.restoredFrom} was`];
    });
  return [...none, ...wrong];
}

/** A key makes one version, however often it is used. */
function C10({ ok, stored }) {
  const changes = stored.versions.map(({ change }) => change);
  const twice = changes.length === new Set(changes).size ? [] : ['a change was committed twice'];
  const keys = new Map();
  return [
    ...twice,
    ...ok
      .filter(({ op }) => op === 'commit')
      .flatMap(({ key, args, value }) => {
        const first = keys.get(args.request) ?? value.version;
        keys.set(args.request, first);
        return first === value.version ? [] : [`a key of ${key} made versions ${first} and ${value.version}`];
      }),
  ];
}

/** A repeated request gets the same answer. */
function C11({ ok }) {
  return ok
    .filter(({ op, value }) => op === 'replay' && !value.same)
    .map(({ key, args }) => `the repeat of a ${args.verb} on ${key} was answered differently`);
}

/** No commit that has to heed jobs takes effect while one surely holds the connection: from before it was asked for until it was answered. */
function inFlight({ events, ok }) {
  const ends = endsOf(events);
  const held = byKey(ok.filter(({ op }) => op === 'acquire'));
  return ok
    .filter(({ op, args }) => op === 'waited' || (op === 'commit' && args.heeds === true))
    .flatMap(({ op, key, inv, ret }) => {
      const lease = (held.get(key) ?? []).find((one) => one.ret < inv && (ends.get(one.value.lease) ?? Infinity) > ret);
      return lease === undefined ? [] : [`a ${op} of ${key} took effect under a live lease on version ${lease.value.version}`];
    });
}

/** Refusals that no race explains. */
function unexpected({ events }) {
  const expected = {
    commit: ['VERSION_CONFLICT', 'CONNECTION_IN_USE'],
    update: ['VERSION_CONFLICT'],
    rollBack: ['VERSION_CONFLICT'],
    wait: ['VERSION_CONFLICT', 'CONNECTION_IN_USE'],
    waited: ['VERSION_CONFLICT', null],
    discard: ['CHANGE_OUTDATED'],
    acquire: ['CONNECTION_IN_USE', 'NOT_FOUND'],
    remove: ['CONNECTION_IN_USE', 'NOT_FOUND'],
    removePair: ['NOT_FOUND'],
    // An old key is needed by something, or is gone; the last rotation's old key still opens the store.
    retire: ['BAD_REQUEST', 'NOT_FOUND'],
    rekey: ['REQUEST_IN_PROGRESS'],
    brief: ['FORBIDDEN'],
    // Nobody knows of the one before whether it took effect.
    revoke: ['NOT_FOUND'],
  };
  // Proof ends when the secret that is referred to changes.
  const isOutdated = ({ op, args, value }) =>
    args.refers === true && (WRITES.has(op) || op === 'wait') && value.code === 'VALIDATION_FAILED';
  const refused = events
    .filter((event) => event.type === 'fail' && !expected[event.op]?.includes(event.value.code) && !isOutdated(event))
    .map(({ op, key, value }) => `${op} of ${key} was refused with ${value.code}`);
  const notHad = events
    .filter(({ type, value }) => type !== 'ok' && value.secret !== undefined && value.code !== 'FORBIDDEN')
    .map(({ op, key, value }) => `${op} of ${key} did not have its secret: ${value.secret}`);
  return [...refused, ...notHad];
}

/** For each pair of which the first had returned before the second began. Sorted, the greatest of those that have returned is enough. */
function ordered(firsts, seconds, holds, what) {
  const returned = [...firsts].sort((a, b) => a.ret - b.ret);
  const broken = [];
  let next = 0;
  let newest = null;
  for (const second of [...seconds].sort((a, b) => a.inv - b.inv)) {
    for (; next < returned.length && returned[next].ret < second.inv; next += 1)
      if (newest === null || returned[next].value.version > newest.value.version) newest = returned[next];
    if (newest !== null && newest !== second && !holds(newest, second))
      broken.push(
        `${what}: version ${newest.value.version} by process ${newest.proc}, then ${second.value.version} by process ${second.proc}`,
      );
  }
  return broken;
}

function byKey(events, key = 'key') {
  const groups = new Map();
  for (const event of events) groups.set(event[key], [...(groups.get(event[key]) ?? []), event]);
  return groups;
}
