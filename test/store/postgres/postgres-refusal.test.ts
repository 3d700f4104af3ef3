import { expect, test } from 'vitest';
import { describeRefusal } from '../../../src/store/postgres/postgres-refusal.ts';

test.each([
  ['28P01', 'the server refused the user or password (28P01)'],
  ['3D000', 'the server has no database of that name (3D000)'],
  ['42501', 'the role may not make or use the tables (42501)'],
  ['57P03', 'the server is starting or shutting down (57P03)'],
  ['ENOTFOUND', 'the name of the host has no address (ENOTFOUND)'],
  ['XX000', 'the server refused it (XX000)'],
])('%s is said in words', (code, said) => {
  expect(describeRefusal(code)).toBe(said);
});
