import { describe, expect, test } from 'vitest';
import { comparedWithItself, notApplicable, skippedAfter, unchecked } from '../../../src/domain/connector/unrun-results.ts';
import { hasPassed, isSuccess, type ValidationResult } from '../../../src/domain/connector/validation.ts';
import { blockerOf, prerequisitesOf, validatorOfRelative } from '../../../src/domain/connector/validator-order.ts';
import { catalogue } from '../../support/connectors/validate.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const first = { name: 'validate_connection', after: [] };
const second = { name: 'validate_identity', after: ['validate_connection'] };
const result = (status: ValidationResult['status']): ValidationResult => ({
  validator: 'validate_connection',
  description: '',
  status,
  errors: [],
  warnings: [],
  data: null,
  startedAt: 0,
  finishedAt: 0,
});

describe('validators run in order', () => {
  test.each([
    { prerequisite: 'passed', results: [result('passed')], blocker: null },
    { prerequisite: 'warned', results: [result('warning')], blocker: null },
    { prerequisite: 'failed', results: [result('failed')], blocker: 'validate_connection' },
    { prerequisite: 'was skipped', results: [result('skipped')], blocker: 'validate_connection' },
    { prerequisite: 'was not asked for', results: [], blocker: null },
  ])('one whose prerequisite $prerequisite is blocked by $blocker', ({ results, blocker }) => {
    expect({ second: blockerOf(second, results), first: blockerOf(first, results) }).toEqual({ second: blocker, first: null });
  });

  test('of one alone, the prerequisites that have not passed lately run first', () => {
    expect({
      none: prerequisitesOf([first, second], second, []).map(({ name }) => name),
      passed: prerequisitesOf([first, second], second, ['validate_connection']),
      of: prerequisitesOf([first, second], first, []),
    }).toEqual({ none: ['validate_connection'], passed: [], of: [] });
  });

  test('a name that another member of the family has does not apply; one that nobody has is a mistake', () => {
    const connector = catalogue.find('mysql');
    if (connector === null) throw new Error('no kind mysql');
    const names = catalogue.all().flatMap(({ family, validators }) => (family?.kind === connector.family?.kind ? validators : []));
    const foreign = names.find(({ name }) => !connector.validators.some((own) => own.name === name));
    expect({
      foreign: foreign === undefined || validatorOfRelative(connector, catalogue.all(), foreign.name) === foreign,
      nobodys: refusalOf(() => validatorOfRelative(connector, catalogue.all(), 'validate_weather')),
    }).toEqual({ foreign: true, nobodys: 'BAD_REQUEST' });
  });
});

test('of what was not run, only what a failure kept from running counts as failed', () => {
  const named = { name: 'validate_identity', description: '' };
  const said = (one: ValidationResult) => ({ passed: hasPassed(one), well: isSuccess(one) });
  expect({
    skipped: said(skippedAfter(named, 'validate_connection', 5)),
    itself: said(comparedWithItself(named, 5)),
    unchecked: said(unchecked(named, 5)),
    notApplicable: said(notApplicable(named, { kind: 'mysql', title: 'MySQL' }, 5)),
  }).toEqual({
    skipped: { passed: false, well: false },
    itself: { passed: false, well: true },
    unchecked: { passed: true, well: true },
    notApplicable: { passed: true, well: true },
  });
});
