import { pino } from 'pino';
import { type FieldsOf, LOG_EVENTS, type LogEvent, type LogLevel, type LogValue } from './log-events.ts';
import { type LogStream, standardError } from './log-stream.ts';
import { databaseCode } from './store/store-error.ts';

/** Typed fields only: a log line is made of names, codes, ids and counts. */
export interface Log {
  /** At the level of the event's row in LOG_EVENTS, unless another one is given. */
  write<E extends LogEvent>(event: E, fields: FieldsOf<E>, level?: LogLevel): void;
  /** Whether anything of this level is written: what only it needs need not be made. */
  writes(level: LogLevel): boolean;
}

/** Most characters of a text in a line. */
const LONGEST = 200;

export function createLog(level: string, stream: LogStream = lazily(standardError)): Log {
  const logger = pino(
    { level, base: null, formatters: { level: (label) => ({ level: label }) }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => stream.write(safeLine(line)) },
  );
  return {
    writes: (at) => logger.isLevelEnabled(at),
    write(event, fields, at = LOG_EVENTS[event].level) {
      if (!logger.isLevelEnabled(at)) return;
      const lost = stream.takeLost();
      if (lost > 0) logger.warn({ lost }, 'lines lost' satisfies LogEvent);
      // A reader that is behind gets what matters first.
      if (at === 'debug' && stream.isBehind()) stream.lose();
      else logger[at](capped(fields), event);
    },
  };
}

/** A gateway that logs nothing leaves the descriptor alone. */
function lazily(open: () => LogStream): LogStream {
  return {
    write: (line) => open().write(line),
    isBehind: () => open().isBehind(),
    lose: () => open().lose(),
    takeLost: () => open().takeLost(),
  };
}

function capped(fields: Readonly<Record<string, LogValue>>): Readonly<Record<string, LogValue>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value,
    ]),
  );
}

/** What JSON leaves as it is, and a terminal or a reader of lines takes for more than text: DEL, C1, line separators, and what turns the direction. */
const ACTIVE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** The second net: no field holds a token. */
const TOKEN = /chg_([a-z]{3})_\w+/g;

/** Between them, all of a line but its end is inside strings of JSON, so an escape keeps it the same JSON. */
function safeLine(line: string): string {
  return line
    .replace(ACTIVE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(TOKEN, 'chg_$1_(hidden)');
}

export type ErrorFields = Readonly<Record<'error' | 'code' | 'at', string | null>>;

/** What may be said of an unexpected error: its class, its code, and where it arose. Messages can carry values, so they stay inside. Never throws. */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { error: typeof error, code: null, at: null };
  try {
    return { error: String(error.constructor.name).slice(0, 64), code: databaseCode(error), at: placeOf(error) };
  } catch {
    // A property of the error throws when it is read.
    return { error: 'unreadable', code: null, at: null };
  }
}

const FRAME = /^\s+at (?:[\w.<>$ ]{0,80} \()?(?:file:\/\/)?[^\n)]*?((?:src|dist|node_modules)\/[\w@/.-]{1,120}:\d+)/m;

/** The first frame in code of ours or of a package. The stack begins with the message, which could look like a frame. */
function placeOf({ stack = '', message }: Error): string | null {
  const start = stack.indexOf(message);
  return FRAME.exec(start < 0 ? stack : stack.slice(start + message.length))?.[1] ?? null;
}
