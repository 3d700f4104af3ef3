import { readFileSync } from 'node:fs';

const MOST = 2000;
/** What the process opens besides: the store, its log, jobs, and the sockets of validators. */
const OWN_FILES = 128;
/** However few files may be open, somebody is served. */
const FEWEST = 16;

/** How many clients may be connected at once, so that what serves them can still open its files. */
export function mostConnections(openFiles: number = openFilesLimit()): number {
  return Math.max(FEWEST, Math.min(MOST, openFiles - OWN_FILES));
}

/** How many files this process may have open; node has raised it as far as it may. Infinity where the system does not tell. */
function openFilesLimit(): number {
  try {
    return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
