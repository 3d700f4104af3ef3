import type { Call } from '../../kit/route.ts';
import { atlasError } from './failure.ts';

export const MOST_ITEMS = 500;
export const MOST_PAGE = 2_147_483_647;

export interface Page {
  readonly includeCount: boolean;
  readonly itemsPerPage: number;
  readonly pageNum: number;
}

type Query = Call['query'];

/** Throws INVALID_QUERY_PARAMETER for what is out of range: nothing is cut to fit. */
export function readPage(query: Query): Page {
  return {
    includeCount: flagOf(query, 'includeCount', true),
    itemsPerPage: numberOf(query, 'itemsPerPage', { usual: 100, most: MOST_ITEMS }),
    pageNum: numberOf(query, 'pageNum', { usual: 1, most: MOST_PAGE }),
  };
}

/** What every route reads: how its answer is written. */
export function requireFormat(query: Query): void {
  for (const name of ['envelope', 'pretty']) flagOf(query, name, false);
}

function flagOf(query: Query, name: string, usual: boolean): boolean {
  const given = query[name];
  if (given === undefined) return usual;
  const word = typeof given === 'string' ? given.toLowerCase() : '';
  if (word !== 'true' && word !== 'false') throw invalid(name, 'true or false');
  return word === 'true';
}

function numberOf(query: Query, name: string, { usual, most }: { readonly usual: number; readonly most: number }): number {
  const given = query[name];
  if (given === undefined) return usual;
  const number = typeof given === 'string' && /^\d{1,10}$/.test(given) ? Number(given) : 0;
  if (number < 1 || number > most) throw invalid(name, `a whole number from 1 to ${most}`);
  return number;
}

function invalid(name: string, expected: string) {
  return atlasError('INVALID_QUERY_PARAMETER', `The query parameter ${name} must be ${expected}.`, [name]);
}

interface Paged<T> {
  readonly links: readonly { readonly href: string; readonly rel: string }[];
  readonly results: readonly T[];
  readonly totalCount?: number;
}

/** One page. `self` is where it was asked for, `list` where its neighbours are; both are whole addresses without a query. */
export function paged<T>(all: readonly T[], page: Page, { self, list }: { readonly self: string; readonly list: string }): Paged<T> {
  const { includeCount, itemsPerPage, pageNum } = page;
  const link = (rel: string, address: string, number: number) => ({
    href: `${address}?includeCount=${includeCount}&pageNum=${number}&itemsPerPage=${itemsPerPage}`,
    rel,
  });
  const pages = Math.ceil(all.length / itemsPerPage);
  const start = (pageNum - 1) * itemsPerPage;
  return {
    links: [
      link('self', self, pageNum),
      ...(pageNum > 1 && pageNum - 1 <= pages ? [link('previous', list, pageNum - 1)] : []),
      ...(pageNum < pages ? [link('next', list, pageNum + 1)] : []),
    ],
    results: all.slice(start, start + itemsPerPage),
    ...(includeCount ? { totalCount: all.length } : {}),
  };
}
