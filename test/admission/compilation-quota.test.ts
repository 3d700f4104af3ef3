import { expect, test } from 'vitest';
import { createCompilationQuota } from '../../src/admission/compilation-quota.ts';

const HOUR = 3_600_000;

/** How many of these are allowed. */
function count(times: number, ask: () => boolean): number {
  return Array.from({ length: times }, ask).filter(Boolean).length;
}

test('one caller has few documents compiled, and does not take what is left for others', () => {
  const mayCompile = createCompilationQuota(() => 0);
  expect({ one: count(4000, () => mayCompile('one')), other: count(4000, () => mayCompile('other')) }).toEqual({ one: 40, other: 40 });
});

test('all callers together have a bounded number compiled in a time', () => {
  let now = 0;
  const mayCompile = createCompilationQuota(() => now);
  const ask = () => count(1000, () => Array.from({ length: 10 }, (_, caller) => mayCompile(`caller ${caller}`)).some(Boolean));
  const first = Array.from({ length: 10 }, (_, caller) => count(100, () => mayCompile(`caller ${caller}`))).reduce(
    (sum, one) => sum + one,
    0,
  );
  now = HOUR;
  const later = ask();
  expect({ first, later: later <= 100 }).toEqual({ first: 100, later: true });
});
