import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import { type Loss, reportLosses, reportNoComparison, reportSameLogin } from '../shared/parity.ts';
import { describeLoss, NAMED, type ObjectLoss } from '../shared/postgres-losses.ts';
import { quoted } from '../shared/postgres-problems.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import { inSession, type SqlRow, type SqlSession } from '../shared/sql.ts';
import type { RedshiftDetails } from './index.ts';
import { currentUser, redshift } from './validate.ts';

/** What AWS's has_*_privilege functions are documented to answer. They count groups, and PUBLIC. */
const ON_DATABASE = ['CREATE', 'TEMPORARY'];
const ON_SCHEMA = ['USAGE', 'CREATE'];
const ON_TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];

/** Tables that are compared at most: a row of the answer each. */
const MOST_TABLES = 5000;

/** What the user in use may do that the new one may not. Reads the catalogue only; every user may. */
export async function validateParity(input: ValidatorInput<RedshiftDetails>): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  const { current, credentials } = input;
  if (current === null) return reportLosses(null, []);
  const before = current.user;
  if (before === undefined) {
    return reportNoComparison(
      'the login in use has no user among its settings',
      'The login in use is named by its IAM identity, so there is no user to compare with.',
    );
  }
  if (before === credentials.user) {
    const isSame = current.host === credentials.host && current.port === credentials.port && current.database === credentials.database;
    return reportSameLogin(before, isSame);
  }
  return await inSession(redshift, input, async (session) => {
    const after = await currentUser(session);
    const [found] = await session.query('SELECT count(*) AS users FROM pg_catalog.pg_user WHERE usename IN ($1, $2)', [before, after]);
    if (Number(found?.users) < (before === after ? 1 : 2)) {
      return reportNoComparison(
        'the user in use is not in this cluster',
        'The user in use does not exist in this cluster, so there is nothing to compare with.',
      );
    }
    return reportLosses(before, [
      ...(await lostAttributes(session, before, after)),
      ...(await lostOnDatabase(session, before, after, credentials.database)),
      ...(await lostOnSchemas(session, before, after)),
      ...(await lostOnTables(session, before, after)),
    ]);
  });
}

/** Both users as rows, so that the functions take their names as the catalogue has them. */
const USERS = 'pg_catalog.pg_user b, pg_catalog.pg_user a';
const THESE = 'b.usename = $1 AND a.usename = $2 AND NOT a.usesuper';

/** Columns that say, for each privilege, whether the one has it (`b0`, `b1`, ...) and whether the other one has (`a0`, ...). */
function columnsOf(privileges: readonly string[], call: (user: string, privilege: string) => string): string {
  return privileges
    .map((privilege, index) => `${call('b.usename', privilege)} AS b${index}, ${call('a.usename', privilege)} AS a${index}`)
    .join(', ');
}

function lostOf(row: SqlRow | undefined, privileges: readonly string[]): readonly string[] {
  return privileges.filter((_, index) => row?.[`b${index}`] === true && row[`a${index}`] !== true);
}

async function lostAttributes(session: SqlSession, before: string, after: string): Promise<readonly Loss[]> {
  const [row] = await session.query(
    `SELECT b.usesuper AS b0, a.usesuper AS a0, b.usecreatedb AS b1, a.usecreatedb AS a1 FROM ${USERS} WHERE ${THESE}`,
    [before, after],
  );
  return lostOf(row, ['CREATEUSER', 'CREATEDB']).map((name) => ({
    what: `the user attribute ${name}`,
    mend: `ALTER USER ${quoted(after)} ${name};`,
  }));
}

async function lostOnDatabase(session: SqlSession, before: string, after: string, database: string): Promise<readonly Loss[]> {
  const [row] = await session.query(
    `SELECT ${columnsOf(ON_DATABASE, (user, privilege) => `has_database_privilege(${user}, current_database(), '${privilege}')`)} FROM ${USERS} WHERE ${THESE}`,
    [before, after],
  );
  return lostOf(row, ON_DATABASE).map((privilege) => ({
    what: `${privilege} on the database`,
    mend: `GRANT ${privilege} ON DATABASE ${quoted(database)} TO ${quoted(after)};`,
  }));
}

async function lostOnSchemas(session: SqlSession, before: string, after: string): Promise<readonly Loss[]> {
  const rows = await session.query(
    `SELECT n.nspname AS "schema", ${columnsOf(ON_SCHEMA, (user, privilege) => `has_schema_privilege(${user}, n.nspname, '${privilege}')`)}
       FROM ${USERS}, pg_catalog.pg_namespace n
      WHERE ${THESE} AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')
      ORDER BY n.nspname LIMIT 1000`,
    [before, after],
  );
  return rows.flatMap((row) => {
    const schema = quoted(String(row.schema));
    return lostOf(row, ON_SCHEMA).map((privilege) => ({
      what: `${privilege} on schema ${schema}`,
      mend: `GRANT ${privilege} ON SCHEMA ${schema} TO ${quoted(after)};`,
    }));
  });
}

async function lostOnTables(session: SqlSession, before: string, after: string): Promise<readonly Loss[]> {
  const rows = await session.query(
    `SELECT n.nspname AS "schema", quote_ident(c.relname) AS "table",
            ${columnsOf(ON_TABLE, (user, privilege) => `has_table_privilege(${user}, c.oid, '${privilege}')`)}
       FROM ${USERS}, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${THESE} AND c.relkind IN ('r', 'v') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')
      ORDER BY n.nspname, c.relname LIMIT ${MOST_TABLES}`,
    [before, after],
  );
  const schemas = [...new Set(rows.map((row) => String(row.schema)))];
  return schemas.flatMap((schema) => {
    const tables = rows.filter((row) => row.schema === schema);
    return ON_TABLE.flatMap((privilege, index) =>
      describeLoss(lostTables(schema, tables, privilege, index), 'TABLE', 'ALL TABLES', quoted(after)),
    );
  });
}

function lostTables(schema: string, tables: readonly SqlRow[], privilege: string, index: number): ObjectLoss {
  const had = tables.filter((table) => table[`b${index}`] === true);
  const lost = had.filter((table) => table[`a${index}`] !== true);
  return {
    schema,
    privilege,
    had: had.length,
    lost: lost.length,
    total: tables.length,
    objects: lost.slice(0, NAMED).map((row) => String(row.table)),
  };
}
