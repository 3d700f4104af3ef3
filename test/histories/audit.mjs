// C12: each change and each reveal is in the audit, once, and nothing else is.

/** What a request leaves there when it took effect. Commits, of which two may share one effect, are counted by their key. */
const ROWS = {
  stage: () => ['change.stage'],
  update: () => ['change.stage', 'connection.update'],
  rollBack: () => ['change.stage', 'connection.rollback'],
  wait: ({ value }) => [value.state === 'COMMITTED' ? 'connection.update' : 'change.wait'],
  discard: () => ['change.discard'],
  acquire: () => ['lease.acquire'],
  brief: () => ['lease.acquire'],
  grant: () => ['secret-provider.grant'],
  revoke: () => ['secret-provider.revoke'],
  replay: ({ value }) => (value.reveals ? ['lease.read'] : []),
  readLease: () => ['lease.read'],
  renew: () => ['lease.renew'],
  release: () => ['lease.release'],
  endLease: () => ['lease.end'],
  remove: () => ['connection.delete'],
  removePair: () => ['connection.delete', 'connection.delete', 'integration.delete'],
  rotate: () => ['project.rekey'],
  retire: () => ['project.retire-key'],
  reseal: ({ value }) => Array(value.resealed ?? 0).fill('connection.reseal'),
  rekey: () => ['instance.rekey', 'instance.rekey'],
};
/** Of what is staged and committed in one request, the staging stays when the commit is refused. */
const HALVES = new Set(['update', 'rollBack']);
/** Asked for by nobody of the history. */
const OWN = new Set(['seed', 'start', 'housekeeping', 'commit-waiting']);
/** Proof that has grown old is obtained anew by whatever needs it. */
const IGNORED = new Set(['change.validate', 'request.refuse', 'instance.start']);
const REMOVALS = new Set(['remove', 'removePair']);

export function auditOf({ events, stored }) {
  const rows = stored.audit.filter(({ action, request }) => !IGNORED.has(action) && !OWN.has(request));
  const byRequest = new Map();
  for (const { action, request } of rows) byRequest.set(request, [...(byRequest.get(request) ?? []), action]);
  const traced = events.filter(({ trace }) => trace !== undefined);
  const known = new Set(traced.map(({ trace }) => trace));
  const others = rows.filter(({ request }) => !known.has(request));
  return [
    ...traced.flatMap((event) => exactly(event, byRequest.get(event.trace) ?? [], traced)),
    ...commits(traced, byRequest),
    ...inAll(
      events.filter(({ trace }) => trace === undefined),
      others,
    ),
    ...ofVersions(stored),
  ];
}

function exactly(event, found, traced) {
  if (ROWS[event.op] === undefined) return [];
  const whole = event.type === 'fail' ? null : ROWS[event.op](event).sort().join();
  const allowed = {
    ok: [whole],
    fail: HALVES.has(event.op) ? ['', 'change.stage'] : [''],
    info: HALVES.has(event.op) ? ['', 'change.stage', whole] : ['', whole],
  };
  // What the same token removed while this request ran is taken for an earlier run of it: it is gone, as was asked for.
  if (REMOVALS.has(event.op) && traced.some((other) => isOverlapping(event, other))) allowed.ok.push('');
  const rows = found.sort().join();
  return allowed[event.type].includes(rows) ? [] : [`a ${event.op} of ${event.key} that was ${event.type} left ${rows || 'nothing'}`];
}

function isOverlapping(event, other) {
  return (
    other !== event &&
    other.op === event.op &&
    other.key === event.key &&
    other.type !== 'fail' &&
    (other.type === 'info' || other.ret > event.inv) &&
    other.inv < event.ret
  );
}

/** Each key that was committed, however often it was used, has one row, and one more where jobs had no say. */
function commits(traced, byRequest) {
  const uses = new Map();
  for (const event of traced.filter(({ op }) => op === 'commit'))
    uses.set(event.args.request, [...(uses.get(event.args.request) ?? []), event]);
  return [...uses.values()].flatMap((of) => {
    const rows = of.flatMap(({ trace }) => byRequest.get(trace) ?? []);
    const isForced = of.some(({ args }) => args.forced === true);
    const whole = (isForced ? ['connection.break-glass', 'connection.update'] : ['connection.update']).join();
    const isDone = of.some(({ type }) => type === 'ok');
    const isUnknown = of.some(({ type }) => type === 'info');
    const left = rows.sort().join();
    return (isDone && left === whole) || (!isDone && left === '') || (isUnknown && left === whole)
      ? []
      : [`a commit of ${of[0].key} that was ${isDone ? 'ok' : 'refused'} left ${left || 'nothing'}`];
  });
}

/** Requests whose rows can't be told apart, those of the command line, in sum. */
function inAll(untraced, others) {
  const sum = (type) => {
    const counts = {};
    for (const event of untraced.filter((one) => one.type === type && one.op !== 'commit'))
      for (const action of ROWS[event.op]?.(event) ?? []) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  };
  const [done, unknown] = [sum('ok'), sum('info')];
  const halves = untraced.filter(({ op, type }) => HALVES.has(op) && type !== 'ok').length;
  const committed = (type) => untraced.filter((one) => one.op === 'commit' && one.type === type).length;
  const actions = new Set([...Object.keys(done), ...others.map(({ action }) => action)]);
  return [...actions].flatMap((action) => {
    const rows = others.filter((row) => row.action === action).length;
    let least = done[action] ?? 0;
    let most = least + (unknown[action] ?? 0);
    if (action === 'change.stage') most += halves;
    // Each batch of rows has one, those of what removed connections left, too; how many batches there were is nowhere told.
    if (action === 'connection.reseal' && untraced.some(({ op }) => op === 'reseal')) most = Infinity;
    // A grant that is there already is granted without a row, and what nobody knows of may have left it there.
    if (action === 'secret-provider.grant') least -= untraced.filter(({ op, type }) => op === 'revoke' && type !== 'ok').length;
    // Two uses of one key leave one row.
    if (action === 'connection.update') most += committed('ok') + committed('info');
    if (action === 'connection.break-glass') [least, most] = [0, committed('ok') + committed('info')];
    return rows >= least && rows <= most ? [] : [`${rows} rows of ${action} that no request explains, where ${least} to ${most} do`];
  });
}

function ofVersions({ versions, audit }) {
  const made = versions.filter(({ base }) => base !== null).length;
  const rows = audit.filter(({ action }) => action === 'connection.update' || action === 'connection.rollback').length;
  return rows === made ? [] : [`${rows} rows of saved versions for ${made}`];
}
