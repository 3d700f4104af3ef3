import { expect, test } from 'vitest';
import { changedReference, type SecretReference } from '../../../../src/domain/connection/reference/secret-reference.ts';

const REFERENCE: SecretReference = { provider: 'env', path: 'MCD_SALES', key: 'reader' };

test.each([
  ['provider', { ...REFERENCE, provider: 'file' as const }],
  ['path', { ...REFERENCE, path: 'MCD_ORDERS' }],
  ['key', { ...REFERENCE, key: 'writer' }],
  ['absence', null],
])('another %s of a reference is named as a change', (_, after) => {
  expect({ changed: changedReference(REFERENCE, after), same: changedReference(REFERENCE, { ...REFERENCE }) }).toEqual({
    changed: ['reference'],
    same: [],
  });
});
