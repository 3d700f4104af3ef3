import { describe, expect, test } from 'vitest';
import { PARITY, type ParityRule } from '../../../../src/domain/change/proof/parity.ts';
import {
  type FoundProof,
  missingProof,
  proofRule,
  proofSince,
  requireProof,
  validatorsToRun,
} from '../../../../src/domain/change/proof/proof.ts';
import { permissionsOf } from '../../../../src/domain/token/roles.ts';
import { refusalOf } from '../../../support/outcomes/refusal-of.ts';

const validators = [
  { name: 'validate_connection', mandatory: true },
  { name: 'validate_identity', mandatory: true },
  { name: 'validate_permissions', mandatory: false },
  { name: PARITY, mandatory: false },
];
const both = ['validate_connection', 'validate_identity'];
const parity = (onLoss: ParityRule['onLoss']): ParityRule => ({ comparedWith: 7, onLoss });
const compared = (status: 'passed' | 'failed') => ({ status, errors: [], finishedAt: 5 });
const found = (given: Partial<FoundProof> = {}): FoundProof => ({ validators, passed: both, parity: null, compared: null, ...given });

describe('which commit needs proof', () => {
  test.each([
    { connection: { isActive: true, commitPolicy: 'VALIDATED' }, role: 'admin', skip: false, is: 'required' },
    { connection: { isActive: true, commitPolicy: 'VALIDATED' }, role: 'owner', skip: false, is: 'required' },
    { connection: { isActive: true, commitPolicy: 'VALIDATED' }, role: 'owner', skip: true, is: 'afterwards' },
    { connection: { isActive: true, commitPolicy: 'VALIDATED' }, role: 'admin', skip: true, is: 'VALIDATION_FAILED' },
    { connection: { isActive: true, commitPolicy: 'ADVISORY' }, role: 'admin', skip: false, is: 'afterwards' },
    { connection: { isActive: true, commitPolicy: 'ADVISORY' }, role: 'admin', skip: true, is: 'afterwards' },
    { connection: { isActive: false, commitPolicy: 'VALIDATED' }, role: 'admin', skip: false, is: 'not-needed' },
    { connection: { isActive: false, commitPolicy: 'VALIDATED' }, role: 'admin', skip: true, is: 'not-needed' },
  ] as const)('$connection, by an $role who skips it ($skip): $is', ({ connection, role, skip, is }) => {
    const rule = { of: '' };
    const refusal = refusalOf(() => {
      rule.of = proofRule({ permissions: permissionsOf([role]) }, connection, skip);
    });
    expect(refusal === 'ok' ? rule.of : refusal).toBe(is);
  });

  test('proof counts for fifteen minutes', () => {
    expect(proofSince(15 * 60_000 + 1)).toBe(1);
  });
});

describe('what a candidate still lacks', () => {
  test.each([
    { has: 'all', proof: found(), lacks: [] },
    { has: 'nothing', proof: found({ passed: [] }), lacks: both },
    { has: 'one of two', proof: found({ passed: ['validate_identity'] }), lacks: ['validate_connection'] },
    { has: 'only what is optional', proof: found({ passed: ['validate_permissions'] }), lacks: both },
    { has: 'no comparison', proof: found({ parity: parity('refuse') }), lacks: [PARITY] },
    { has: 'losses', proof: found({ parity: parity('refuse'), compared: compared('failed') }), lacks: [PARITY] },
    { has: 'no losses', proof: found({ parity: parity('refuse'), compared: compared('passed') }), lacks: [] },
    { has: 'losses that are accepted', proof: found({ parity: parity('accept'), compared: compared('failed') }), lacks: [] },
    { has: 'no comparison whose losses are accepted', proof: found({ parity: parity('accept') }), lacks: [PARITY] },
    { has: 'losses that are warned of', proof: found({ parity: parity('warn'), compared: compared('failed') }), lacks: [] },
    { has: 'no comparison that would warn', proof: found({ parity: parity('warn') }), lacks: [] },
  ])('one that has $has lacks $lacks', ({ proof, lacks }) => {
    expect({ missing: missingProof(proof), refusal: refusalOf(() => requireProof(proof)) }).toEqual({
      missing: lacks,
      refusal: lacks.length === 0 ? 'ok' : 'VALIDATION_FAILED',
    });
  });

  test.each([
    { has: 'all', proof: found(), runs: { required: [], compares: false } },
    { has: 'nothing', proof: found({ passed: [], parity: parity('refuse') }), runs: { required: [...both, PARITY], compares: true } },
    { has: 'no comparison that would warn', proof: found({ parity: parity('warn') }), runs: { required: [], compares: true } },
    {
      has: 'losses that were found before, and accepts them',
      proof: found({ parity: parity('accept'), compared: compared('failed') }),
      runs: { required: [PARITY], compares: true },
    },
  ])('a commit of one that has $has first runs $runs', ({ proof, runs }) => {
    expect(validatorsToRun(proof)).toEqual(runs);
  });
});
