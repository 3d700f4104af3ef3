import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import type { DatabricksDetails } from './define-databricks.ts';
import { notReady, quoted } from './problems.ts';
import { askIdentity, inWorkspace } from './validate.ts';
import { DatabricksError, type Workspace } from './workspace.ts';

/** Tables that are tried; each is one statement, and all share one deadline. */
const SAMPLE = 3;

/** The information schema lists what the login has any privilege on; a sample is read to no row, since seeing is not reading. */
const VISIBLE = `SELECT table_catalog, table_schema, min(table_name) AS example, count(*) AS tables
  FROM system.information_schema.tables
 WHERE table_schema <> 'information_schema' AND table_catalog NOT IN ('system', 'samples')
 GROUP BY table_catalog, table_schema ORDER BY table_catalog, table_schema LIMIT 500`;

export async function validatePermissions(input: ValidatorInput<DatabricksDetails>): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  return await inWorkspace(input, async (workspace) => {
    const { name } = await askIdentity(workspace);
    const schemas = await workspace.query(VISIBLE);
    if (schemas === null) return { errors: [], warnings: [notReady()] };
    if (schemas.length === 0) return { errors: [seesNothing(name)], warnings: [] };
    const sample = schemas
      .slice(0, SAMPLE)
      .map((row) => [row.table_catalog, row.table_schema, row.example].map((part) => quoted(part ?? '')).join('.'));
    const readable = await Promise.all(sample.map((table) => mayRead(workspace, table)));
    const problems = sample.filter((_, index) => readable[index] === false).map((table) => mayNotRead(table, name));
    const data = {
      datasetsValidated: schemas.map((row) => `${row.table_catalog}.${row.table_schema}`),
      tablesValidated: sample.filter((_, index) => readable[index] === true),
    };
    return problems.length === sample.length ? { errors: problems, warnings: [], data } : { errors: [], warnings: problems, data };
  });
}

/** Null when the warehouse did not get to it in time. */
async function mayRead(workspace: Workspace, table: string): Promise<boolean | null> {
  try {
    return (await workspace.query(`SELECT * FROM ${table} LIMIT 0`)) === null ? null : true;
  } catch (error) {
    if (error instanceof DatabricksError && error.stage === 'statement') return false;
    throw error;
  }
}

function seesNothing(name: string): Problem {
  const principal = quoted(name);
  return {
    code: 'PERMISSION_MISSING',
    cause: 'no table is visible',
    friendlyMessage: 'The login works, but it sees no table in any catalog.',
    resolution: `Run, for the catalog that its jobs read: GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG <catalog> TO ${principal};`,
  };
}

function mayNotRead(table: string, name: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: `${table} can't be read`,
    friendlyMessage: `The login sees ${table} and can't read it.`,
    resolution: `If its jobs need it, run: GRANT SELECT ON TABLE ${table} TO ${quoted(name)}; and check USE CATALOG and USE SCHEMA above it.`,
  };
}
