import { describe, expect, test } from 'vitest';
import { type CommitCase, commitForecast, commitVerdict } from '../../../src/domain/change/commit-verdict.ts';
import { PARITY } from '../../../src/domain/change/proof/parity.ts';
import type { Lease } from '../../../src/domain/lease/lease.ts';
import { permissionsOf } from '../../../src/domain/token/roles.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

// The rule counts leases and reads nothing of them.
const lease = {} as Lease;
const validators = [
  { name: 'validate_connection', mandatory: true },
  { name: PARITY, mandatory: false },
];
const lost = { code: 'PERMISSION_LOST', cause: 'SELECT on a', friendlyMessage: 'f', resolution: 'Run: GRANT SELECT ON a TO b;' } as const;
const proven = { validators, passed: ['validate_connection'], parity: null, compared: null };
const unproven = { ...proven, passed: [] };
const losing = {
  ...proven,
  parity: { comparedWith: 7, onLoss: 'refuse' as const },
  compared: { status: 'failed' as const, errors: [lost], finishedAt: 5 },
};

const base: CommitCase = {
  actor: { permissions: permissionsOf(['admin']) },
  change: { baseVersion: 7 },
  connection: { isActive: true, commitPolicy: 'VALIDATED', inFlight: 'OVERLAP', currentVersion: 7 },
  proof: proven,
  liveLeases: [],
  options: { skipProof: false, breakGlass: null },
};
const owner = { permissions: permissionsOf(['owner']) };
const advisory = { ...base.connection, commitPolicy: 'ADVISORY' as const };
const refusing = { ...base.connection, inFlight: 'REFUSE' as const };

describe('what may be committed', () => {
  test.each<{ what: string; given: Partial<CommitCase>; is: object }>([
    { what: 'what is proven', given: {}, is: { isHeldBack: false, proven: true, validatesAfterwards: false } },
    {
      what: 'what is not, under ADVISORY',
      given: { connection: advisory, proof: unproven },
      is: { proven: false, validatesAfterwards: true },
    },
    {
      what: 'what is not, as an owner skips it',
      given: { actor: owner, proof: unproven, options: { skipProof: true, breakGlass: null } },
      is: { proven: false, validatesAfterwards: true },
    },
    {
      what: 'what is not, while the connection is inactive',
      given: { connection: { ...base.connection, isActive: false }, proof: unproven },
      is: { proven: false, validatesAfterwards: false },
    },
    { what: 'what is proven, though nobody asked', given: { connection: advisory }, is: { proven: true, validatesAfterwards: false } },
    { what: 'what jobs hold back', given: { connection: refusing, liveLeases: [lease] }, is: { isHeldBack: true } },
    {
      what: 'what jobs would hold back, through broken glass',
      given: { actor: owner, connection: refusing, liveLeases: [lease], options: { skipProof: false, breakGlass: 'leaked' } },
      is: { isHeldBack: false, proven: true },
    },
  ])('$what', ({ given, is }) => {
    expect(commitVerdict({ ...base, ...given })).toMatchObject(is);
  });

  test.each<{ what: string; given: Partial<CommitCase>; is: string }>([
    { what: 'a change on an older version', given: { change: { baseVersion: 6 } }, is: 'VERSION_CONFLICT' },
    { what: 'one that is also unproven', given: { change: { baseVersion: 6 }, proof: unproven }, is: 'VERSION_CONFLICT' },
    { what: 'what is not proven', given: { proof: unproven }, is: 'VALIDATION_FAILED' },
    { what: 'what loses a permission', given: { proof: losing }, is: 'VALIDATION_FAILED' },
    {
      what: 'what an administrator would skip the proof of',
      given: { options: { skipProof: true, breakGlass: null } },
      is: 'VALIDATION_FAILED',
    },
    {
      what: 'what is not proven, through broken glass',
      given: { actor: owner, proof: unproven, options: { skipProof: false, breakGlass: 'leaked' } },
      is: 'VALIDATION_FAILED',
    },
  ])('not $what: $is', ({ given, is }) => {
    expect(refusalOf(() => commitVerdict({ ...base, ...given }))).toBe(is);
  });
});

describe('what would be said of a commit before it is tried', () => {
  test.each<{ what: string; given: Partial<CommitCase>; is: object }>([
    { what: 'nothing stands in its way', given: {}, is: { missingValidators: [], losses: null, obstacles: [] } },
    {
      what: 'it would be proven first',
      given: { proof: unproven },
      is: { missingValidators: ['validate_connection'], losses: null, obstacles: [] },
    },
    {
      what: 'its login may do less',
      given: { proof: losing },
      is: {
        missingValidators: [PARITY],
        losses: [{ permission: 'SELECT on a', mend: 'GRANT SELECT ON a TO b;' }],
        obstacles: ['VALIDATION_FAILED'],
      },
    },
    {
      what: 'all that stands in its way, at once',
      given: { change: { baseVersion: 6 }, connection: refusing, liveLeases: [lease] },
      is: { missingValidators: [], losses: null, obstacles: ['VERSION_CONFLICT', 'CONNECTION_IN_USE'] },
    },
    {
      what: 'no proof is needed under ADVISORY',
      given: { connection: advisory, proof: unproven },
      is: { missingValidators: [], losses: null, obstacles: [] },
    },
  ])('$what', ({ given, is }) => {
    expect(commitForecast({ ...base, ...given })).toEqual(is);
  });
});
