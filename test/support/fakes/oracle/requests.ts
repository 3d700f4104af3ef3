import { CALLS } from './replies.ts';
import type { Reader } from './ttc.ts';

export function readLogin(reader: Reader, call: number): { readonly name: string; readonly pairs: ReadonlyMap<string, string> } {
  reader.byte();
  reader.ub();
  reader.ub();
  reader.byte();
  const count = reader.ub();
  reader.byte();
  reader.byte();
  const name = reader.string();
  const pairs = new Map<string, string>();
  for (let left = call === CALLS.name ? 0 : count; left > 0; left--) {
    reader.ub();
    const key = reader.string();
    const value = reader.ub() === 0 ? '' : reader.string();
    reader.ub();
    pairs.set(key, value);
  }
  return { name, pairs };
}

export function readStatement(reader: Reader): { readonly sql: string; readonly most: number } {
  const [, cursor, isGiven] = [reader.ub(), reader.ub(), reader.byte()];
  reader.ub();
  const [pointer, length] = [reader.byte(), reader.ub()];
  if (cursor !== 0 || isGiven !== 1 || pointer !== 1 || length !== 13) return { sql: '', most: 0 };
  reader.skip(3);
  const most = reader.ub();
  reader.ub();
  // Pointers to what is not sent: binds, defines, registrations, counts of rows, and signatures.
  const [binds] = [reader.byte(), reader.ub()];
  reader.skip(5);
  reader.byte();
  reader.ub();
  reader.ub();
  reader.skip(3);
  reader.ub();
  reader.byte();
  reader.ub();
  reader.ub();
  reader.byte();
  reader.ub();
  reader.byte();
  reader.byte();
  reader.ub();
  reader.byte();
  reader.ub();
  reader.byte();
  reader.byte();
  reader.ub();
  return { sql: binds === 0 ? reader.string() : '', most };
}

export function closeCursors(reader: Reader, cursors: Map<number, unknown>): boolean {
  const [, call, , pointer] = [reader.byte(), reader.byte(), reader.byte(), reader.byte()];
  if (call !== CALLS.closeCursors || pointer !== 1) return false;
  for (let left = reader.ub(); left > 0; left--) cursors.delete(reader.ub());
  return true;
}
