// Durable before acknowledged: no answer leaves the gateway while something that was written to the store's log is not synced yet.

/** Lines of an strace log (-y) in which an HTTP answer was sent too early; `answers` counts all of them. */
export function earlyAnswers(log) {
  const early = [];
  let answers = 0;
  let isDirty = false;
  let syncing = false;
  for (const line of log.split('\n')) {
    const [, call, path] = /^\d+ +(\w+)\(\d+<([^>]*)>/.exec(line) ?? [];
    if (call === 'pwrite64' && path.endsWith('changeover.db-wal')) isDirty = true;
    else if ((call === 'fsync' || call === 'fdatasync') && path.endsWith('changeover.db-wal')) {
      // Another thread may come in between, the one that syncs does not.
      syncing = line.includes('<unfinished');
      if (line.endsWith('= 0')) isDirty = false;
    } else if (syncing && /sync resumed>/.test(line)) {
      syncing = false;
      if (line.endsWith('= 0')) isDirty = false;
    } else if (/^(write|writev)$/.test(call ?? '') && line.includes('"HTTP/1.1')) {
      answers += 1;
      if (isDirty) early.push(line);
    }
  }
  return { answers, early };
}
