import { expect, test } from 'vitest';
import { asComparison, lossesOf, parityRule } from '../../../../src/domain/change/proof/parity.ts';
import type { Problem, ValidationCode } from '../../../../src/domain/connector/validation.ts';

const problem = (code: ValidationCode): Problem => ({
  code,
  cause: 'SELECT on a',
  friendlyMessage: 'f',
  resolution: 'Run: GRANT SELECT ON a TO b;',
});
const outcome = (...codes: ValidationCode[]) => ({ status: 'failed' as const, errors: codes.map(problem), warnings: [], data: null });
const given = {
  policy: 'REQUIRED',
  acceptsLosses: false,
  inUse: { kind: 'postgres', version: 7 },
  kind: 'postgres',
  restored: null,
} as const;

test.each([
  ['losses refuse', {}, { comparedWith: 7, onLoss: 'refuse' }],
  ['unless they are accepted', { acceptsLosses: true }, { comparedWith: 7, onLoss: 'accept' }],
  ['or the policy only warns', { policy: 'WARN', acceptsLosses: true }, { comparedWith: 7, onLoss: 'warn' }],
  ['or a proven version is restored', { restored: { proven: true } }, { comparedWith: 7, onLoss: 'warn' }],
  ['an unproven one is like any other', { restored: { proven: false } }, { comparedWith: 7, onLoss: 'refuse' }],
  ['nothing is compared under OFF', { policy: 'OFF' }, null],
  ['nor for a first version', { inUse: null }, null],
  ['nor with another kind', { kind: 'mysql' }, null],
] as const)('%s', (_, changed, expected) => {
  expect(parityRule({ ...given, ...changed })).toEqual(expected);
});

test.each([
  ['PERMISSION_LOST', 'failed'],
  ['ACCESS_DENIED', 'warning'],
  ['PERMISSION_MISSING', 'warning'],
  ['PROTOCOL_ERROR', 'warning'],
  ['TIMEOUT', 'failed'],
  ['CREDENTIALS_REJECTED', 'failed'],
  ['INTERNAL', 'failed'],
] as const)('%s of a comparison is %s', (code, status) => {
  expect(asComparison(outcome(code)).status).toBe(status);
});

test('what could not be read beside a loss takes nothing from the loss', () => {
  expect(asComparison(outcome('ACCESS_DENIED', 'PERMISSION_LOST')).status).toBe('failed');
});

test('a loss has the statement alone', () => {
  expect(lossesOf([problem('PERMISSION_LOST'), problem('TIMEOUT')])).toEqual([
    { permission: 'SELECT on a', mend: 'GRANT SELECT ON a TO b;' },
  ]);
});
