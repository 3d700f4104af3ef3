import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import { type Loss, reportLosses, reportNoComparison, reportSameLogin } from '../shared/parity.ts';
import { describeLoss, type ObjectLoss } from '../shared/postgres-losses.ts';
import { quoted } from '../shared/postgres-problems.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import { inSession, type SqlRow, type SqlSession } from '../shared/sql.ts';
import type { PostgresDetails } from './index.ts';
import { postgres } from './validate.ts';

/**
 * What the login in use may do that the new one may not, by the catalogue's own has_*_privilege functions, so that grants by role
 * membership, by PUBLIC and by ownership count alike. Reads the catalogue only; every role may.
 */
export async function validateParity(input: ValidatorInput<PostgresDetails>): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  const { current, credentials } = input;
  const before = current?.user;
  if (before === undefined) return reportLosses(null, []);
  if (before === credentials.user) {
    const isSame = current?.host === credentials.host && current.port === credentials.port && current.database === credentials.database;
    return reportSameLogin(before, isSame);
  }
  return await inSession(postgres, input, async (session) => {
    const [found] = await session.query('SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1) AS present', [before]);
    if (found?.present !== true) {
      return reportNoComparison(
        'the role in use is not on this server',
        'The login in use does not exist on this server, so there is nothing to compare with.',
      );
    }
    return reportLosses(before, await findLosses(session, before, input.credentials.user, input.credentials.database));
  });
}

async function findLosses(session: SqlSession, before: string, after: string, database: string): Promise<readonly Loss[]> {
  const names = [before, after];
  const role = quoted(after);
  return [
    ...(await lostAttributes(session, names, role)),
    ...(await lostOnDatabase(session, names, role, database)),
    ...(await lostOnSchemas(session, names, role)),
    ...(await lostOnObjects(session, names, role)),
  ];
}

async function lostAttributes(session: SqlSession, names: readonly string[], role: string): Promise<readonly Loss[]> {
  const rows = await session.query(
    `SELECT a.name FROM pg_catalog.pg_roles b, pg_catalog.pg_roles n,
       LATERAL (VALUES ('SUPERUSER', b.rolsuper, n.rolsuper), ('CREATEROLE', b.rolcreaterole, n.rolcreaterole), ('CREATEDB', b.rolcreatedb, n.rolcreatedb),
                       ('REPLICATION', b.rolreplication, n.rolreplication), ('BYPASSRLS', b.rolbypassrls, n.rolbypassrls)) AS a(name, had, has)
      WHERE b.rolname = $1 AND n.rolname = $2 AND a.had AND NOT a.has AND NOT n.rolsuper`,
    names,
  );
  return rows.map(({ name }) => ({ what: `the role attribute ${name}`, mend: `ALTER ROLE ${role} ${name};` }));
}

async function lostOnDatabase(session: SqlSession, names: readonly string[], role: string, database: string): Promise<readonly Loss[]> {
  const rows = await session.query(
    `SELECT p AS privilege FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS p
      WHERE has_database_privilege($1::name, current_database(), p) AND NOT has_database_privilege($2::name, current_database(), p)`,
    names,
  );
  return rows.map(({ privilege }) => ({
    what: `${privilege} on the database`,
    mend: `GRANT ${privilege} ON DATABASE ${quoted(database)} TO ${role};`,
  }));
}

async function lostOnSchemas(session: SqlSession, names: readonly string[], role: string): Promise<readonly Loss[]> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, p AS privilege FROM pg_catalog.pg_namespace n, unnest(ARRAY['USAGE', 'CREATE']) AS p
      WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        AND has_schema_privilege($1::name, n.oid, p) AND NOT has_schema_privilege($2::name, n.oid, p)
      ORDER BY 1, 2 LIMIT 1000`,
    names,
  );
  return rows.map(({ schema, privilege }) => ({
    what: `${privilege} on schema ${quoted(String(schema))}`,
    mend: `GRANT ${privilege} ON SCHEMA ${quoted(String(schema))} TO ${role};`,
  }));
}

/** Per kind of object: how its privilege is asked for, and what GRANT calls one and all of them. */
const OBJECTS = [
  {
    word: 'TABLE',
    all: 'ALL TABLES',
    privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
    test: 'has_table_privilege',
    from: "pg_catalog.pg_class o WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f')",
    schema: 'o.relnamespace',
    name: 'quote_ident(o.relname)',
  },
  {
    word: 'SEQUENCE',
    all: 'ALL SEQUENCES',
    privileges: ['USAGE', 'SELECT', 'UPDATE'],
    test: 'has_sequence_privilege',
    from: "pg_catalog.pg_class o WHERE o.relkind = 'S'",
    schema: 'o.relnamespace',
    name: 'quote_ident(o.relname)',
  },
  {
    word: 'ROUTINE',
    all: 'ALL ROUTINES',
    privileges: ['EXECUTE'],
    test: 'has_function_privilege',
    from: 'pg_catalog.pg_proc o WHERE true',
    schema: 'o.pronamespace',
    name: "quote_ident(o.proname) || '(' || pg_catalog.pg_get_function_identity_arguments(o.oid) || ')'",
  },
] as const;

async function lostOnObjects(session: SqlSession, names: readonly string[], role: string): Promise<readonly Loss[]> {
  const losses: Loss[] = [];
  for (const { word, all, privileges, test, from, schema, name } of OBJECTS) {
    const rows = await session.query(
      `SELECT n.nspname AS schema, p AS privilege, count(*)::int AS had, count(*) FILTER (WHERE NOT kept)::int AS lost, (array_agg(object ORDER BY object) FILTER (WHERE NOT kept))[1:10] AS objects,
              (SELECT count(*)::int FROM ${from.replace('WHERE', `WHERE ${schema} = n.oid AND`)}) AS total
         FROM (SELECT ${schema} AS namespace, ${name} AS object, p, ${test}($2::name, o.oid, p) AS kept
                 FROM unnest($3::text[]) AS p, ${from} AND ${test}($1::name, o.oid, p)) AS had
         JOIN pg_catalog.pg_namespace n ON n.oid = had.namespace
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        GROUP BY n.oid, n.nspname, p HAVING bool_or(NOT kept) ORDER BY 1, 2 LIMIT 1000`,
      [...names, privileges],
    );
    for (const row of rows) losses.push(...describeLoss(readLoss(row), word, all, role));
  }
  return losses;
}

function readLoss({ schema, privilege, had, lost, total, objects }: SqlRow): ObjectLoss {
  return {
    schema: String(schema),
    privilege: String(privilege),
    had: Number(had),
    lost: Number(lost),
    total: Number(total),
    objects: Array.isArray(objects) ? objects.map(String) : [],
  };
}
