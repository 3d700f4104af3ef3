import type { Version } from '../../domain/connection/connection.ts';
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

/** The rows, of which one more than may be was asked for. Throws LIMIT_EXCEEDED where it is there: no list ends without a word. */
export function whole<T>(rows: readonly T[], what: keyof typeof PAGES): readonly T[] {
  if (rows.length <= MOST_UNPAGED) return rows;
  throw new DomainError('LIMIT_EXCEEDED', `More than ${MOST_UNPAGED} ${what}. Read ${PAGES[what]} page by page.`, {
    limit: MOST_UNPAGED,
  });
}

/** What a row takes in memory, its long columns aside. */
const ROW_BYTES = 1024;

export function chargeRows(answer: AnswerBudget, rows: readonly unknown[]): boolean {
  return answer.chargeRead(rows.length * ROW_BYTES);
}

/** Settings come with the row whether they were asked for or not. */
export function chargeVersions(answer: AnswerBudget, versions: readonly Version[]): boolean {
  return answer.chargeRead(versions.reduce((bytes, { settings }) => bytes + ROW_BYTES + JSON.stringify(settings).length, 0));
}
