import { expect, test } from 'vitest';
import { AnswerBudget } from '../../../src/graphql/plugins/budget/answer-budget.ts';
import { chargeRows, LISTED_ROW_BYTES } from '../../../src/graphql/schema/unpaged-lists.ts';

/** As the loaders charge them: a connection, and its CURRENT version. */
function passes(connections: number, rowBytes?: number): boolean {
  const answer = new AnswerBudget({ signal: new AbortController().signal });
  const row = { id: '0197f6a2-0000-7000-8000-000000000000', kind: 'postgres', settings: { host: 'db.example.com', database: 'orders' } };
  const rows = Array.from({ length: connections }, () => row);
  return chargeRows(answer, rows, rowBytes) && chargeRows(answer, rows, rowBytes);
}

test('what is read for an answer ends before it has allocated 64 MB: `getUser` takes 45 KB for each connection', () => {
  expect({ honest: passes(1000), tooMany: passes(1400), listed: passes(10_000, LISTED_ROW_BYTES) }).toEqual({
    honest: true,
    tooMany: false,
    listed: true,
  });
});
