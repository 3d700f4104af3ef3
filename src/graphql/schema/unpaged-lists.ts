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

/** What a row takes in memory, its long columns aside. */
const ROW_BYTES = 256;

/** What a part of a long list counts in its turn of the event loop: it may hold long texts. */
export const VALUES_OF_READ = 500;

/** Charges rows that were read, whether they will be asked for or not. False when the execution ends here. */
export function chargeRows(answer: AnswerBudget, rows: readonly object[]): boolean {
  let bytes = rows.length * ROW_BYTES;
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
