import { type Pairs, string, ub } from './ttc.ts';

/** Types of messages, and the calls that a client makes by them. */
export const MESSAGES = {
  protocol: 1,
  dataTypes: 2,
  call: 3,
  error: 4,
  header: 6,
  row: 7,
  parameters: 8,
  status: 9,
  description: 16,
  piggyback: 17,
};
export const CALLS = { fetch: 5, logOff: 9, execute: 94, closeCursors: 105, proof: 115, name: 118 };
/** The version of fields of Oracle 19c. */
const FIELDS = 12;

export type Row = readonly (string | number | null)[];

export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Character sets are UTF-8 and UTF-16, and of what else there is to agree on nothing is newer than 19c. */
export function protocol(): Buffer {
  const compiled = Buffer.alloc(45);
  compiled[7] = FIELDS;
  const running = Buffer.from([2, 0, 0, 0, 0, 0, 4]);
  const sets = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07, 0xd0]);
  return Buffer.concat([
    Buffer.from([MESSAGES.protocol, 6, 0]),
    Buffer.from('Fake Oracle\0'),
    Buffer.from([0x69, 0x03, 0, 0, 0, 0, sets.length]),
    sets,
    string(compiled),
    string(running),
  ]);
}

/** Texts of up to 4000 bytes, and numbers. */
export function describe({ columns, rows }: Result): Buffer {
  const heads = columns.map((name, index) => {
    const isNumber = typeof rows[0]?.[index] === 'number';
    return Buffer.concat([
      Buffer.from([isNumber ? 2 : 1, 0, 0, 0]),
      ub(isNumber ? 22 : 4000),
      ...[0, 0, 0, 0, 0].map(ub),
      Buffer.from([isNumber ? 0 : 1]),
      ub(isNumber ? 22 : 4000),
      ub(0),
      Buffer.from([1, 0]),
      ub(name.length),
      string(Buffer.from(name)),
      ...[0, 0, index, 0].map(ub),
    ]);
  });
  return Buffer.concat([
    Buffer.from([MESSAGES.description, 0]),
    ub(4000),
    ub(columns.length),
    Buffer.from([0]),
    ...heads,
    ...[0, 0, 0, 0, 0, 0].map(ub),
  ]);
}

/** A number has an exponent and digits of base 100; the small ones of the answers here have one. */
export function encode(value: string | number | null): Buffer {
  if (value === null) return Buffer.from([0]);
  return string(typeof value === 'number' ? Buffer.from([0xc1, value + 1]) : Buffer.from(value));
}

export function parameters(pairs: Pairs): Buffer {
  const bodies = pairs.map(([key, value, flags]) =>
    Buffer.concat([
      ub(key.length),
      string(Buffer.from(key)),
      ub(value.length),
      ...(value === '' ? [] : [string(Buffer.from(value))]),
      ub(flags),
    ]),
  );
  return Buffer.concat([Buffer.from([MESSAGES.parameters]), ub(pairs.length), ...bodies]);
}

export function status(): Buffer {
  return Buffer.concat([Buffer.from([MESSAGES.status]), ub(0), ub(0)]);
}

/** How a call ended: with a number, which is 0 where all is well. */
export function end({
  number,
  text = '',
  cursor = 0,
  rows = 0,
}: {
  number: number;
  text?: string;
  cursor?: number;
  rows?: number;
}): Buffer {
  const message = `ORA-${String(number).padStart(5, '0')}: ${text}\n`;
  return Buffer.concat([
    Buffer.from([MESSAGES.error]),
    ...[0, 0, 0, 0, 0, 0, cursor, 0].map(ub),
    Buffer.alloc(6),
    // Where the last row is: nowhere.
    ub(0),
    ub(0),
    Buffer.from([0]),
    ub(0),
    ub(0),
    ub(0),
    Buffer.from([0, 0]),
    ...[0, 0, 0, 0, 0, 0].map(ub),
    ub(number),
    ub(rows),
    ...(number === 0 ? [] : [string(Buffer.from(message))]),
  ]);
}
