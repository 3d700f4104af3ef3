// A right history with one thing in it changed: for each rule, the change that it has to notice. Each returns false where it found nothing to change.

const WRITES = new Set(['commit', 'update', 'rollBack']);

export const SPOILT = {
  C1: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'commit'),
      (event) => (event.args.tag = 'of nobody'),
    ),
  C2: ({ events }) =>
    change(
      latest(events, ({ op }) => WRITES.has(op)),
      (event) => (event.value.version = 1),
    ),
  C3: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'read'),
      (event) => (event.value.version = 1),
    ),
  C4: ({ events }) =>
    change(
      latest(events, ({ op, value }) => op === 'acquire' && value.version > 2),
      (event) => (event.value.version = 1),
    ),
  C5: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'readLease'),
      (event) => (event.value.whole = false),
    ),
  C6: ({ stored }) =>
    change(
      stored.versions.findLast(({ base }) => base > 1),
      (row) => (row.base -= 1),
    ),
  C7: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'list'),
      (event) => (event.value.pairs['pair 0'] = 1),
    ),
  C8: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'readLease'),
      (event) => (event.value.version += 1),
    ),
  C9: ({ stored }) =>
    change(
      stored.versions.findLast(({ restoredFrom }) => restoredFrom !== null),
      (row) => (row.tag = 'of nobody'),
    ),
  C10: ({ stored }) => change(stored.versions.at(-1), (row) => (row.change = stored.versions.at(-2).change)),
  C11: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'replay'),
      (event) => (event.value.same = false),
    ),
  C12: ({ stored }) =>
    change(
      stored.audit.find(({ action }) => action === 'lease.acquire'),
      (row) => (row.action = 'lease.end'),
    ),
  // A lease that was there from the beginning, and that nobody ended.
  inFlight: ({ events }) => {
    const heeding = new Set(
      events.filter(({ op, type, args }) => type === 'ok' && (op === 'waited' || args.heeds === true)).map(({ key }) => key),
    );
    return change(
      latest(events, ({ op, key }) => op === 'acquire' && heeding.has(key)),
      (event) => {
        Object.assign(event, { inv: -1, ret: -1 });
        event.value.lease = 'of nobody';
      },
    );
  },
  fresh: ({ events }) =>
    change(
      latest(events, ({ op, args, value }) => op === 'readLease' && args.fresh && value.serial > 0),
      (event) => replaceBefore(events, event),
    ),
  kept: ({ events }) =>
    change(
      latest(events, ({ op, args, value }) => op !== 'write' && !args.fresh && value.serial > 0),
      (event) => replaceBefore(events, event),
    ),
  grants: ({ events }) =>
    change(
      events.find((event) => event.op === 'brief' && event.type === 'fail' && isRevoked(events, event)),
      (event) => (event.type = 'ok'),
    ),
  unexpected: ({ events }) =>
    change(
      latest(events, ({ op }) => op === 'read'),
      (event) => Object.assign(event, { type: 'fail', value: { code: 'INTERNAL' } }),
    ),
};

/** What was seen is the secret before, and the one that was seen in truth had been there for ever. */
function replaceBefore(events, { value }) {
  const next = events.find((event) => event.op === 'write' && event.key === value.tag && event.value.serial === value.serial);
  Object.assign(next, { inv: 0, ret: 0 });
  value.serial -= 1;
}

function isRevoked(events, { inv, ret }) {
  const last = events
    .filter((event) => (event.op === 'grant' || event.op === 'revoke') && event.inv < ret)
    .sort((a, b) => a.inv - b.inv)
    .at(-1);
  return last?.op === 'revoke' && last.type === 'ok' && last.ret < inv;
}

function latest(events, fits) {
  return events
    .filter((event) => event.type === 'ok' && fits(event))
    .sort((a, b) => a.inv - b.inv)
    .at(-1);
}

function change(found, how) {
  if (found === undefined) return false;
  how(found);
  return true;
}
