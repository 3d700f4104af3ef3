import { expect, test } from 'vitest';

interface Mutants {
  readonly MUTANTS: readonly object[];
  readonly misfits: (mutants: readonly object[]) => readonly string[];
}

const { MUTANTS, misfits }: Mutants = await import(new URL('../mutation/mutants.mjs', import.meta.url).href);

test('each seeded bug of test/mutation fits the file that it is seeded into', () => {
  expect({ some: MUTANTS.length > 0, misfits: misfits(MUTANTS) }).toEqual({ some: true, misfits: [] });
});
