import { pino } from 'pino';
import { databaseCode } from './store/store-error.ts';

/** Typed fields only: a log line is made of names, codes, ids and counts. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export function createLog(level: string): Log {
  // On standard error: standard output is for what a command prints.
  const logger = pino(
    { level, base: null, formatters: { level: (label) => ({ level: label }) }, timestamp: pino.stdTimeFunctions.isoTime },
    // A reader that has stopped reading costs lines, not memory.
    pino.destination({ dest: 2, sync: false, minLength: 0, maxLength: 4 * 1024 * 1024 }),
  );
  const write =
    (kind: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) =>
      logger[kind](fields, event);
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** What may be said of an unexpected error: its class, its code, and where it arose. Messages can carry values, so they stay inside. Never throws. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  try {
    return { error: String(error.constructor.name).slice(0, 64), code: databaseCode(error), at: placeOf(error) };
  } catch {
    // A property of the error throws when it is read.
    return { error: 'unreadable' };
  }
}

const FRAME = /^\s+at (?:[\w.<>$ ]{0,80} \()?(?:file:\/\/)?[^\n)]*?((?:src|dist|node_modules)\/[\w@/.-]{1,120}:\d+)/m;

/** The first frame in code of ours or of a package. The stack begins with the message, which could look like a frame. */
function placeOf({ stack = '', message }: Error): string | null {
  const start = stack.indexOf(message);
  return FRAME.exec(start < 0 ? stack : stack.slice(start + message.length))?.[1] ?? null;
}
