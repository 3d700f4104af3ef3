import { describe, expect, test } from 'vitest';
import { readDbtFilter } from '../../../src/domain/connection/dbt-filter.ts';
import { readJobLimits, readJobTypes } from '../../../src/domain/connection/job-settings.ts';
import { pathOf } from '../../support/outcomes/path-of.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

test.each([
  { given: ['metadata', 'query_logs'], is: ['metadata', 'query_logs'] },
  { given: ['METADATA', null, 'metadata '], is: ['metadata'] },
  { given: [], is: [] },
])('job types $given are kept as $is', ({ given, is }) => {
  expect(readJobTypes(given)).toEqual(is);
});

test.each([[['everything']], [['metadata', '']]])('a job type that no job has is refused: %j', (given) => {
  expect(refusalOf(() => readJobTypes(given))).toBe('BAD_REQUEST');
});

test('job limits are an object, or are refused', () => {
  const verdicts = [{ catalog_name: 'x' }, null, [], 'x', 3].map((given) => refusalOf(() => readJobLimits(given)));
  expect(verdicts).toEqual(['ok', 'ok', 'BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST']);
});

describe('which runs of dbt belong to a connection', () => {
  const DBT = { kind: 'dbt-cloud', category: 'dbt' } as const;
  test.each([
    { given: {}, is: null },
    { given: { filterDbtCloudEvents: false }, is: { filtersEvents: false, environments: null, allowList: null } },
    { given: { allowedDbtCloudEnvironments: ['prod'] }, is: { filtersEvents: null, environments: ['prod'], allowList: null } },
    {
      given: { filterDbtCloudEvents: true, dbtCloudConnectionAllowList: { fields: ['account'], values: ['ab1'] } },
      is: { filtersEvents: true, environments: null, allowList: { fields: ['account'], values: ['ab1'] } },
    },
    {
      given: { filterDbtCloudEvents: true, allowedDbtCloudConnections: ['warehouse'] },
      is: { filtersEvents: true, environments: null, allowList: { fields: [], values: ['warehouse'] } },
    },
  ])('is kept: $given', ({ given, is }) => {
    expect(readDbtFilter(DBT, given)).toEqual(is);
  });

  test.each([
    { given: { allowedDbtCloudConnections: ['x'] }, path: 'allowedDbtCloudConnections', why: 'without the filter' },
    {
      given: { filterDbtCloudEvents: false, dbtCloudConnectionAllowList: { fields: [], values: [] } },
      path: 'dbtCloudConnectionAllowList',
      why: 'with the filter off',
    },
    {
      given: { filterDbtCloudEvents: true, dbtCloudConnectionAllowList: { fields: [], values: [] }, allowedDbtCloudConnections: [] },
      path: 'allowedDbtCloudConnections',
      why: 'in both forms',
    },
    { given: { allowedDbtCloudEnvironments: Array(201).fill('x') }, path: 'allowedDbtCloudEnvironments', why: 'that is too long' },
    {
      given: { filterDbtCloudEvents: true, dbtCloudConnectionAllowList: { fields: [], values: ['x'.repeat(1025)] } },
      path: 'dbtCloudConnectionAllowList.values',
      why: 'with an entry that is too long',
    },
  ])('is refused by name: $path $why', ({ given, path }) => {
    expect(pathOf(() => readDbtFilter(DBT, given))).toBe(path);
  });

  test('is nothing that a connection to anything else may be asked', () => {
    expect(pathOf(() => readDbtFilter({ kind: 'postgres', category: 'database' }, { filterDbtCloudEvents: true }))).toBe(
      'filterDbtCloudEvents',
    );
  });
});
