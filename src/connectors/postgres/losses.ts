import { describeLost, describeLostObjects } from '../families/postgres-losses.ts';
import { type Loss, notComparable } from '../kits/parity.ts';
import type { SqlSession } from '../kits/sql/sql-session.ts';

const USER_SCHEMAS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

/** What is of the role, of the database and of schemas. */
const AROUND = `
  SELECT 0 AS level, 'attribute' AS "on", a.name AS privilege, '' AS name FROM pg_catalog.pg_roles b, pg_catalog.pg_roles n,
         LATERAL (VALUES ('SUPERUSER', b.rolsuper, n.rolsuper), ('CREATEROLE', b.rolcreaterole, n.rolcreaterole), ('CREATEDB', b.rolcreatedb, n.rolcreatedb),
                         ('REPLICATION', b.rolreplication, n.rolreplication), ('BYPASSRLS', b.rolbypassrls, n.rolbypassrls)) AS a(name, had, has)
   WHERE b.rolname = $1 AND n.rolname = $2 AND a.had AND NOT a.has AND NOT n.rolsuper
  UNION ALL
  SELECT 1, 'database', p, current_database() FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS p
   WHERE has_database_privilege($1::name, current_database(), p) AND NOT has_database_privilege($2::name, current_database(), p)
  UNION ALL
  SELECT 2, 'schema', p, n.nspname FROM pg_catalog.pg_namespace n, unnest(ARRAY['USAGE', 'CREATE']) AS p
   WHERE ${USER_SCHEMAS} AND has_schema_privilege($1::name, n.oid, p) AND NOT has_schema_privilege($2::name, n.oid, p)
  ORDER BY 1, 4, 3 LIMIT 1000`;

/** Per kind of object: its privileges, how they are asked for, where it is listed, and how a statement names one. */
const OBJECTS = [
  {
    word: 'TABLE',
    privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
    test: 'has_table_privilege',
    from: "pg_catalog.pg_class o WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f')",
    schema: 'o.relnamespace',
    name: 'quote_ident(o.relname)',
  },
  {
    word: 'SEQUENCE',
    privileges: ['USAGE', 'SELECT', 'UPDATE'],
    test: 'has_sequence_privilege',
    from: "pg_catalog.pg_class o WHERE o.relkind = 'S'",
    schema: 'o.relnamespace',
    name: 'quote_ident(o.relname)',
  },
  {
    word: 'ROUTINE',
    privileges: ['EXECUTE'],
    test: 'has_function_privilege',
    from: 'pg_catalog.pg_proc o WHERE true',
    schema: 'o.pronamespace',
    name: "quote_ident(o.proname) || '(' || pg_catalog.pg_get_function_identity_arguments(o.oid) || ')'",
  },
] as const;

/**
 * What the role in use may do that the new one may not, by the catalogue's own has_*_privilege functions, so that grants by role
 * membership, by PUBLIC and by ownership count alike. Reads the catalogue only; every role may.
 */
export async function findLosses(session: SqlSession, before: string, after: string): Promise<readonly Loss[]> {
  const [found] = await session.query('SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1) AS present', [before]);
  if (found?.present !== true)
    throw notComparable('the role in use is not on this server', 'The login in use does not exist on this server');
  const losses = (await session.query(AROUND, [before, after])).map((row) => describeLost(row, after));
  for (const { word, privileges, test, from, schema, name } of OBJECTS) {
    const rows = await session.query(
      `SELECT n.nspname AS schema, p AS privilege, count(*)::int AS had, count(*) FILTER (WHERE NOT kept)::int AS lost, (array_agg(object ORDER BY object) FILTER (WHERE NOT kept))[1:10] AS objects,
              (SELECT count(*)::int FROM ${from.replace('WHERE', `WHERE ${schema} = n.oid AND`)}) AS total
         FROM (SELECT ${schema} AS namespace, ${name} AS object, p, ${test}($2::name, o.oid, p) AS kept
                 FROM unnest($3::text[]) AS p, ${from} AND ${test}($1::name, o.oid, p)) AS had
         JOIN pg_catalog.pg_namespace n ON n.oid = had.namespace
        WHERE ${USER_SCHEMAS} GROUP BY n.oid, n.nspname, p HAVING bool_or(NOT kept) ORDER BY 1, 2 LIMIT 1000`,
      [before, after, privileges],
    );
    losses.push(...rows.flatMap((row) => describeLostObjects(row, word, after)));
  }
  return losses;
}
