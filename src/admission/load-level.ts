import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** `high`: what is expendable is refused. `severe`: everything is but what is critical. */
export type LoadLevel = 'none' | 'high' | 'severe';

export interface Load {
  /** How late the event loop is as a rule, milliseconds. */
  readonly loopDelayMs: number;
  /** Share of the memory that the process may have, 0 to 1. */
  readonly memory: number;
}

export function loadLevelOf({ loopDelayMs, memory }: Load): LoadLevel {
  if (loopDelayMs > 200 || memory > 0.9) return 'severe';
  return loopDelayMs > 100 || memory > 0.8 ? 'high' : 'none';
}

const SAMPLE_MS = 500;

/** Looks at the process twice a second, for as long as something else keeps it alive. */
export function watchLoadLevel(): () => LoadLevel {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let before: LoadLevel = 'none';
  let now: LoadLevel = 'none';
  setInterval(() => {
    before = now;
    now = loadLevelOf({ loopDelayMs: delay.count === 0 ? 0 : delay.percentile(50) / 1e6, memory: memoryShare() });
    delay.reset();
  }, SAMPLE_MS).unref();
  return () => milder(before, now);
}

/** One long collection of garbage, or one large document, is no overload: it has to last. */
export function milder(one: LoadLevel, other: LoadLevel): LoadLevel {
  if (one === 'none' || other === 'none') return 'none';
  return one === 'high' || other === 'high' ? 'high' : 'severe';
}

/** Of the container's limit or else of the machine, and of the JavaScript heap: whichever is nearer to its end. */
function memoryShare(): number {
  const limit = process.constrainedMemory();
  const available = limit > 0 && limit < totalmem() ? limit : totalmem();
  const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
  return Math.max(residentBytes() / available, used / most);
}

/** The system tells it in a file: a process that can open none is as badly off as one without memory. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
