import { DomainError } from '../../domain/errors/errors.ts';
import type { AnswerBudget } from '../plugins/budget/answer-budget.ts';

/** Most rows of a list that has no pages. */
export const MOST_UNPAGED = 10_000;

/** Where the same rows are read page by page. */
const PAGES = {
  connections: '`connections(first: 100, after: …)`',
  integrations: '`connections(first: 100, after: …)`, each with its integration,',
  tokens: '`apiTokens(first: 100, after: …)`',
  'streaming systems': '`connections(first: 100, after: …)`, each with its cluster,',
} as const;

/**
 * The rows of a list without pages, of which one more than the maximum was read. Throws LIMIT_EXCEEDED if that one exists, so that no list
 * is cut silently.
 */
export function whole<T>(rows: readonly T[], what: keyof typeof PAGES): readonly T[] {
  if (rows.length <= MOST_UNPAGED) return rows;
  throw new DomainError('LIMIT_EXCEEDED', `More than ${MOST_UNPAGED} ${what}. Read ${PAGES[what]} page by page.`, {
    limit: MOST_UNPAGED,
  });
}

/**
 * What a row takes until it is in the answer, its long columns aside, most of it garbage: it is read, held against its MAC, and resolved field
 * by field. So the budget ends what is read for `getUser` before it has allocated 64 MB, at some 1,350 connections, each with its version.
 */
export const ROW_BYTES = 6 * 1024;
/** The same of a listing, which takes columns as they are stored. */
export const LISTED_ROW_BYTES = 256;

/** What a part of a long list counts in its turn of the event loop: it may hold long texts. */
export const VALUES_OF_READ = 500;

/** Charges rows that were read, whether they will be asked for or not. False when the execution ends here. */
export function chargeRows(answer: AnswerBudget, rows: readonly object[], rowBytes = ROW_BYTES): boolean {
  let bytes = rows.length * rowBytes;
  for (const row of rows) bytes += textIn(row);
  return answer.chargeRead(bytes);
}

/** Characters of the texts in a row and in the objects inside of it. */
function textIn(row: object): number {
  let characters = 0;
  try {
    for (const key in row) {
      const value: unknown = row[key as keyof typeof row];
      if (typeof value === 'string') characters += value.length;
      else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) characters += textIn(value);
    }
  } catch {
    // Of a row that was altered there is nothing but its id.
  }
  return characters;
}
