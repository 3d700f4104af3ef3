import { fault } from '../faults.ts';
import type { Metadata } from './metadata.ts';
import { isType, TYPE_NAMES, type Type } from './types.ts';

export interface ListFilter {
  readonly page: number;
  readonly limit: number;
  readonly sortOrder: 'asc' | 'desc';
  readonly type: Type | null;
  /** Epoch milliseconds, the first of them included and the last not. */
  readonly from: number | null;
  readonly until: number | null;
  readonly host: string | null;
  readonly databaseName: string | null;
  readonly metadata: Metadata;
}

type Query = Readonly<Record<string, string | readonly string[]>>;

const DAY_MS = 24 * 60 * 60 * 1000;
export const MOST = { name: 64, value: 256, limit: 100 } as const;
const METADATA = 'metadata.';

/** Empty values are skipped, and names that are not known are ignored unless they look like an operator of a query language. */
export function readListFilter(query: Query): ListFilter {
  const given = oneOfEach(query);
  const text = (name: string) => given.get(name) ?? null;
  const from = readDay(text('startDate'), 'startDate');
  const last = readDay(text('endDate'), 'endDate');
  if (from !== null && last !== null && last < from)
    throw fault('FET-0409', 'endDate is before startDate.', { endDate: 'must not be before startDate' });
  const metadata = [...given].filter(([name]) => name.startsWith(METADATA)).map(([name, value]) => [name.slice(METADATA.length), value]);
  return {
    page: readNumber(text('page'), 'page', 1),
    limit: readLimit(text('limit')),
    sortOrder: readOrder(text('sortOrder')),
    type: readType(text('type')),
    from,
    until: last === null ? null : last + DAY_MS,
    host: text('host'),
    databaseName: text('databaseName'),
    metadata: Object.fromEntries(metadata),
  };
}

function oneOfEach(query: Query): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [name, values] of Object.entries(query)) {
    const value = typeof values === 'string' ? values : (values[0] ?? '');
    if (/^[$_]/.test(name) || name.length > MOST.name || value.length > MOST.value)
      throw fault('FET-0405', 'A query parameter has a name or a value that it may not have.', { [shown(name)]: 'is not valid' });
    if (value !== '') given.set(name, value);
  }
  return given;
}

function shown(name: string): string {
  return /^[A-Za-z]\w{0,40}$/.test(name) ? name : 'query';
}

function readNumber(text: string | null, name: string, fallback: number): number {
  if (text === null) return fallback;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number < 1)
    throw fault('FET-0405', `${name} must be a whole number of at least 1.`, { [name]: 'must be a whole number of at least 1' });
  return number;
}

function readLimit(text: string | null): number {
  const limit = readNumber(text, 'limit', 10);
  if (limit > MOST.limit) throw fault('FET-0406', `limit is at most ${MOST.limit}.`, { limit: `must be at most ${MOST.limit}` });
  return limit;
}

function readOrder(text: string | null): 'asc' | 'desc' {
  const order = text?.toLowerCase() ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw fault('FET-0407', 'sortOrder is asc or desc.', { sortOrder: 'must be asc or desc' });
  return order;
}

function readType(text: string | null): Type | null {
  const type = text?.toUpperCase() ?? null;
  if (type !== null && !isType(type)) throw fault('FET-0405', `type is one of ${TYPE_NAMES.join(', ')}.`, { type: 'is not known' });
  return type;
}

function readDay(text: string | null, name: string): number | null {
  if (text === null) return null;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text))
    throw fault('FET-0408', `${name} is a date, as in 2025-03-04.`, { [name]: 'must be YYYY-MM-DD' });
  return at;
}
