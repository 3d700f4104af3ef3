import { expect, test } from 'vitest';
import { gapBetween, type Restore } from '../../../src/domain/version/version-gap.ts';

const restored = (at: number, versionGap: number): Restore => ({ at, versionGap, anchorSeq: 2, anchorHead: 'ab', headSeq: 1 });

test('a version leaves out as many numbers as all restores since the one before it say, the moments of both included', () => {
  const restores = [restored(9, 1), restored(10, 20), restored(15, 300), restored(20, 4000), restored(21, 50_000)];
  expect(gapBetween(restores, 10, 20)).toBe(4320);
});

test('without a restore no number is left out', () => {
  expect(gapBetween([], 10, 20)).toBe(0);
});
