import { expect, test } from 'vitest';
import { hasPassed, type ValidationResult, visibleResult } from '../../../src/domain/connector/validation.ts';
import { permissionsOf, type Role } from '../../../src/domain/token/roles.ts';

const frames = ['src/connectors/webhook/index.ts:7'];
const result: ValidationResult = {
  validator: 'validate_connection',
  description: 'Connects.',
  status: 'failed',
  errors: [{ code: 'INTERNAL', cause: 'the system said so', friendlyMessage: 'f', resolution: 'r', frames }],
  warnings: [{ code: 'TIMEOUT', cause: 'and this', friendlyMessage: 'f', resolution: 'r' }],
  data: { returnedData: 'its answer' },
  startedAt: 1,
  finishedAt: 2,
};

/** What somebody is shown of it. */
function shownTo(role: Role, operator: boolean) {
  const { errors, warnings, data } = visibleResult(result, { permissions: permissionsOf([role]), operator });
  return { frames: errors[0]?.frames, causes: [...errors, ...warnings].map(({ cause }) => cause), data };
}

const told = { causes: ['the system said so', 'and this'], data: { returnedData: 'its answer' } };
const untold = { causes: ['The check itself failed.', 'The check did not end within its deadline.'], data: null };

test.each([
  { role: 'owner', operator: true, shown: { frames, ...told } },
  { role: 'owner', operator: false, shown: { frames: undefined, ...told } },
  { role: 'admin', operator: false, shown: { frames: undefined, ...told } },
  { role: 'editor', operator: true, shown: { frames, ...untold } },
  { role: 'editor', operator: false, shown: { frames: undefined, ...untold } },
] as const)('$role, as an operator: $operator, sees no more of a result than is theirs', ({ role, operator, shown }) => {
  expect(shownTo(role, operator)).toEqual(shown);
});

test('who may see no more than codes is not even told that there were files and lines', () => {
  const { errors } = visibleResult(result, { permissions: permissionsOf(['admin']), operator: false });
  expect(Object.keys(errors[0] ?? {})).not.toContain('frames');
});

test.each([
  ['passed', true],
  ['warning', true],
  ['failed', false],
  ['skipped', false],
] as const)('a result that is %s is a pass: %s, and what was not run proves nothing', (status, passes) => {
  expect(hasPassed({ status })).toBe(passes);
});
