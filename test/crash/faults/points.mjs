// Which faults are injected where. A point is one system call, counted from the start of the gateway's main thread.

/** Calls by which a store, a key or a token gets onto the disk. */
export const CALLS = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'rename', 'link', 'write'];

/**
 * Groups of points, each with its share of a sample. `scenario` first: the very first start, on an empty folder; workload:
 * clients of every kind on a seeded store; keys: mostly whoever looks after the keys. Counts differ a little from run to run, so a point may lie beyond the end of its run.
 */
const GROUPS = [
  { share: 9, scenario: 'workload', call: 'pwrite64', fault: 'KILL' },
  { share: 3, scenario: 'workload', call: 'pwrite64', fault: 'KILL', twice: true },
  { share: 2, scenario: 'workload', call: 'fsync', fault: 'KILL' },
  { share: 1, scenario: 'workload', call: 'fdatasync', fault: 'KILL' },
  { share: 1, scenario: 'workload', call: 'ftruncate', fault: 'KILL' },
  { share: 1, scenario: 'workload', call: 'unlink', fault: 'KILL' },
  { share: 4, scenario: 'keys', call: 'pwrite64', fault: 'KILL' },
  { share: 1, scenario: 'keys', call: 'pwrite64', fault: 'KILL', twice: true },
  { share: 1, scenario: 'keys', call: 'fsync', fault: 'KILL' },
  { share: 3, scenario: 'first', call: 'pwrite64', fault: 'KILL' },
  { share: 2, scenario: 'first', call: 'fsync', fault: 'KILL' },
  { share: 1, scenario: 'first', call: 'ftruncate', fault: 'KILL' },
  { share: 1, scenario: 'first', call: 'unlink', fault: 'KILL' },
  { share: 2, scenario: 'first', call: 'rename', fault: 'KILL' },
  { share: 1, scenario: 'first', call: 'link', fault: 'KILL' },
  { share: 2, scenario: 'first', call: 'write', fault: 'KILL' },
  { share: 2, scenario: 'workload', call: 'pwrite64', fault: 'EIO' },
  { share: 2, scenario: 'workload', call: 'pwrite64', fault: 'EIO', lasting: true },
  { share: 2, scenario: 'workload', call: 'pwrite64', fault: 'ENOSPC' },
  { share: 2, scenario: 'workload', call: 'pwrite64', fault: 'ENOSPC', lasting: true },
  { share: 2, scenario: 'workload', call: 'fsync', fault: 'EIO' },
  { share: 1, scenario: 'workload', call: 'fsync', fault: 'EIO', lasting: true },
  { share: 1, scenario: 'keys', call: 'pwrite64', fault: 'EIO' },
  { share: 1, scenario: 'keys', call: 'pwrite64', fault: 'ENOSPC', lasting: true },
  { share: 1, scenario: 'keys', call: 'fsync', fault: 'EIO' },
  { share: 1, scenario: 'first', call: 'pwrite64', fault: 'ENOSPC', lasting: true },
  { share: 1, scenario: 'first', call: 'fsync', fault: 'EIO' },
];

/** Of runs that go on after the fault, or that are killed twice, the whole sweep takes every tenth point. */
const STEP = 10;

/** All points, or about `sample` of them: evenly spread over each group, the same ones in every run. */
export function choosePoints(counts, sample) {
  const groups = GROUPS.map((group) => ({ ...group, count: counts[group.scenario][group.call] ?? 0 })).filter(({ count }) => count > 0);
  const shares = groups.reduce((sum, { share }) => sum + share, 0);
  return groups.flatMap(({ share, count, twice, ...point }) => {
    const all = twice === true || (point.scenario !== 'first' && point.fault !== 'KILL') ? Math.ceil(count / STEP) : count;
    const wanted = sample === null ? all : Math.min(count, Math.max(1, Math.round((sample * share) / shares)));
    return Array.from({ length: wanted }, (_, index) => {
      const nth = 1 + Math.floor(((index + 0.5) * count) / wanted);
      return { ...point, nth, again: twice === true ? 1 + (nth % 40) : 0 };
    });
  });
}

/** How often the main thread made each call, from the log of a run without a fault. */
export function countCalls(log) {
  const main = /^(\d+)/.exec(log)?.[1];
  const counts = {};
  for (const line of log.split('\n')) {
    const [, thread, call, path] = /^(\d+) +(\w+)\(\d*(?:<([^>]*)>)?/.exec(line) ?? [];
    if (thread !== main || !CALLS.includes(call)) continue;
    // Of the plain writes, those to the key and the token are meant.
    if (call === 'write' && !/(master\.key|owner-token)[^/]*$/.test(path ?? '')) continue;
    counts[call] = (counts[call] ?? 0) + 1;
  }
  return counts;
}
