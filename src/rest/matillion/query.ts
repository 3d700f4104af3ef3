import type { Call } from '../kit/route.ts';
import { DEFAULT_SIZE, MOST_PAGE, MOST_SIZE } from './shapes.ts';
import { refuse, type Violation, violation } from './violation.ts';

export interface Page {
  readonly page: number;
  readonly size: number;
}

/** Throws BAD_REQUEST with whatever is wrong of both. */
export function readPage({ query }: Pick<Call, 'query'>): Page {
  const violations: Violation[] = [];
  const read = (name: string, fallback: number, least: number, most: number) => {
    const value = query[name];
    if (value === undefined) return fallback;
    if (typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    const bounds = most === MOST_PAGE ? `at least ${least}` : `from ${least} to ${most}`;
    violations.push({ path: name, message: `must be a whole number, ${bounds}` });
    return fallback;
  };
  const page = read('page', 0, 0, MOST_PAGE);
  const size = read('size', DEFAULT_SIZE, 1, MOST_SIZE);
  refuse(violations, 'The page is not valid.');
  return { page, size };
}

/** `size` is what was asked for and `total` counts all of them: clients reckon the number of pages from both. */
export function pageOf<T>(all: readonly T[], { page, size }: Page) {
  return { page, results: all.slice(page * size, (page + 1) * size), size, total: all.length };
}

/** A text that is given once; an empty one counts as left out. */
export function readOnce({ query }: Pick<Call, 'query'>, name: string): string | undefined {
  const value = query[name];
  if (typeof value === 'string' || value === undefined) return value === '' ? undefined : value;
  throw violation([{ path: name, message: 'is given more than once' }], `The query parameter ${name} is given more than once.`);
}

/** Throws BAD_REQUEST that says how it is given: the published sample of PUT leaves it out of its URL. */
export function requireOnce(call: Pick<Call, 'query'>, name: string): string {
  const value = readOnce(call, name);
  if (value !== undefined) return value;
  throw violation(
    [{ path: name, message: 'is required' }],
    `The query parameter ${name} is required: add ?${name}=... to the URL. The name is no member of the body.`,
  );
}

const MOST_NAMES = 1000;

/** Names with commas between them; those of repeated parameters are joined. Null where there is no such parameter. */
export function readList({ query }: Pick<Call, 'query'>, name: string, most: number = MOST_NAMES): readonly string[] | null {
  const value = query[name];
  if (value === undefined) return null;
  const names = [value]
    .flat()
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
  if (names.length > most)
    throw violation([{ path: name, message: `holds more than ${most} names` }], `The query parameter ${name} is too long.`);
  return names.length === 0 ? null : names;
}
