import { describe, expect, test } from 'vitest';
import type { ConnectorCategory } from '../../../src/domain/connector/connector.ts';
import { containerFor, ETL_TYPES, joins, typeAmong } from '../../../src/domain/integration/container-type.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const TRANSACTIONAL = { kind: 'transactional-db' };
const kind = (name: string, category: ConnectorCategory, family: { readonly kind: string } | null = null) => ({
  kind: name,
  category,
  family,
});
const SNOWFLAKE = kind('snowflake', 'warehouse');
const GLUE = kind('glue', 'warehouse');
const POSTGRES = kind('postgres', 'database', TRANSACTIONAL);
const MYSQL = kind('mysql', 'database', TRANSACTIONAL);
const LOOKER_GIT = kind('looker-git-clone', 'bi');
const AIRFLOW = kind('airflow', 'etl');
const DBT = kind('dbt-cloud', 'dbt');
const KAFKA = kind('msk-kafka', 'streaming');
const WEBHOOK = kind('webhook', 'notification');

describe('a new integration', () => {
  test.each([
    { of: SNOWFLAKE, asked: {}, is: { category: 'WAREHOUSE', type: 'snowflake' } },
    { of: GLUE, asked: {}, is: { category: 'WAREHOUSE', type: 'data-lake' } },
    { of: GLUE, asked: { warehouseType: 'DATA_LAKE' }, is: { category: 'WAREHOUSE', type: 'data-lake' } },
    { of: POSTGRES, asked: {}, is: { category: 'WAREHOUSE', type: 'postgres' } },
    { of: POSTGRES, asked: { warehouseType: 'transactional-db' }, is: { category: 'WAREHOUSE', type: 'transactional-db' } },
    { of: MYSQL, asked: { warehouseType: 'mysql' }, is: { category: 'WAREHOUSE', type: 'mysql' } },
    { of: LOOKER_GIT, asked: { category: 'BI' }, is: { category: 'BI', type: 'looker' } },
    { of: LOOKER_GIT, asked: {}, is: { category: 'BI', type: 'looker' } },
    { of: WEBHOOK, asked: { category: 'BI' }, is: { category: 'BI', type: 'webhook' } },
    { of: AIRFLOW, asked: {}, is: { category: 'ETL', type: 'airflow' } },
    { of: AIRFLOW, asked: { warehouseType: 'etl' }, is: { category: 'ETL', type: 'airflow' } },
    { of: SNOWFLAKE, asked: { category: 'ETL' }, is: { category: 'ETL', type: 'snowflake' } },
    { of: SNOWFLAKE, asked: { warehouseType: 'etl' }, is: { category: 'ETL', type: 'snowflake' } },
    { of: DBT, asked: {}, is: { category: 'DBT', type: 'dbt-cloud' } },
    { of: DBT, asked: { category: 'ETL' }, is: { category: 'DBT', type: 'dbt-cloud' } },
  ] as const)('of $of.kind, asked for $asked, is $is', ({ of, asked, is }) => {
    expect(containerFor(of, asked)).toEqual(is);
  });

  test.each([
    { of: SNOWFLAKE, asked: { warehouseType: 'data-lake' }, says: 'makes a warehouse of one of these types: snowflake, etl' },
    { of: GLUE, asked: { warehouseType: 'snowflake' }, says: 'makes a warehouse of one of these types: data-lake, glue' },
    { of: POSTGRES, asked: { warehouseType: 'mysql' }, says: 'one of these types: postgres, transactional-db' },
    { of: POSTGRES, asked: { category: 'BI' }, says: 'no BI tool: use addConnection' },
    { of: POSTGRES, asked: { category: 'ETL' }, says: 'no ETL tool: use addConnection' },
    { of: AIRFLOW, asked: { category: 'BI' }, says: 'no BI tool: use addEtlConnection' },
    { of: LOOKER_GIT, asked: { category: 'ETL' }, says: 'no ETL tool: use addBiConnection' },
    { of: KAFKA, asked: {}, says: 'use addStreamingConnection' },
  ] as const)('of $of.kind, asked for $asked, is refused: $says', ({ of, asked, says }) => {
    expect(() => containerFor(of, asked)).toThrow(says);
    expect(refusalOf(() => containerFor(of, asked))).toBe('BAD_REQUEST');
  });
});

test.each([
  { of: GLUE, type: 'data-lake', does: true },
  { of: MYSQL, type: 'transactional-db', does: true },
  { of: MYSQL, type: 'postgres', does: false },
  { of: SNOWFLAKE, type: 'redshift', does: false },
  { of: DBT, type: 'redshift', does: true },
  { of: WEBHOOK, type: 'redshift', does: true },
  { of: KAFKA, type: 'redshift', does: false },
] as const)('whether a connection of $of.kind joins a warehouse of type $type: $does', ({ of, type, does }) => {
  expect(joins(of, { category: 'WAREHOUSE', type })).toBe(does);
});

test('a streaming cluster takes connections of its own kind alone', () => {
  const cluster = { category: 'STREAMING', type: 'msk-kafka' } as const;
  expect({
    same: joins(KAFKA, cluster),
    other: joins(kind('msk-kafka-connect', 'streaming'), cluster),
    webhook: joins(WEBHOOK, cluster),
  }).toEqual({
    same: true,
    other: false,
    webhook: false,
  });
});

test('a type is the longest that a kind is, or begins with', () => {
  const types = {
    'informatica-v2': 'informatica-v2',
    informatica: 'informatica',
    'databricks-sql-warehouse': 'databricks',
    dbtx: null,
  };
  expect(Object.fromEntries(Object.keys(types).map((kind) => [kind, typeAmong(ETL_TYPES, kind)]))).toEqual(types);
});
