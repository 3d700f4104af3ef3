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
    pino.destination({ dest: 2, sync: false, minLength: 0 }),
  );
  const write =
    (kind: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) =>
      logger[kind](fields, event);
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** What may be said of an unexpected error: its class, its code, and where it arose. Messages can carry values, so they stay inside. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const frame = /\n\s+at (?:[\w.<>$ ]{0,80} \()?(?:file:\/\/)?[^\n)]*?((?:src|dist|node_modules)\/[\w@/.-]{1,120}:\d+)/.exec(
    error.stack ?? '',
  )?.[1];
  return { error: error.constructor.name.slice(0, 64), code: databaseCode(error), at: frame ?? null };
}
