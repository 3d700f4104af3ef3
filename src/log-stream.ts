import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Where lines go. It never throws, never waits, and keeps a bounded number of them. */
export interface LogStream {
  write(line: string): void;
  /** Whoever reads has fallen behind: what can be done without is not to be written. */
  isBehind(): boolean;
  /** Counts a line that was not written, here or by the caller. */
  lose(): void;
  /** How many lines were lost since the last time it was asked while nothing was behind. */
  takeLost(): number;
}

/** Most bytes that wait for the reader. */
const MOST_BYTES = 4 * 1024 * 1024;

let shared: LogStream | null = null;

/** Standard error, opened when the first line is written: standard output is for what a command prints. */
export function standardError(): LogStream {
  shared ??= createLogStream(2);
  return shared;
}

/**
 * A pipe is written without ever waiting for it. With the usual ways a reader that has stopped reading takes the process with it:
 * a write that waits in a thread, or a last flush, keeps it from ending even after `process.exit`.
 */
export function createLogStream(descriptor: number): LogStream {
  const pipe = openPipe(descriptor);
  let broken = false;
  let lost = 0;
  pipe?.on('error', () => {
    broken = true;
  });
  pipe?.unref();
  const isBehind = () => broken || (pipe !== null && pipe.writableLength > pipe.writableHighWaterMark);
  return {
    isBehind,
    write(line) {
      if (broken || (pipe !== null && pipe.writableLength + line.length > MOST_BYTES)) {
        lost += 1;
        return;
      }
      if (pipe !== null) {
        pipe.write(line);
        return;
      }
      try {
        writeSync(descriptor, line);
      } catch {
        // A full disk takes lines, not the gateway.
        lost += 1;
      }
    },
    lose() {
      lost += 1;
    },
    takeLost() {
      if (isBehind()) return 0;
      const taken = lost;
      lost = 0;
      return taken;
    },
  };
}

/** Null for a file or a terminal, which takes what it is given. */
function openPipe(descriptor: number): Socket | null {
  try {
    return new Socket({ fd: descriptor, readable: false, writable: true });
  } catch {
    return null;
  }
}
