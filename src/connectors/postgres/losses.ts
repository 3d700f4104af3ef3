import { findLossesAround, type PostgresCatalogue } from '../families/postgres-catalogue.ts';
import { describeLostObjects } from '../families/postgres-losses.ts';
import type { SqlSession } from '../kits/sql/sql-session.ts';

export const CATALOGUE: PostgresCatalogue = {
  logins: 'pg_catalog.pg_roles',
  name: 'rolname',
  superuser: 'rolsuper',
  attributes: {
    SUPERUSER: 'rolsuper',
    CREATEROLE: 'rolcreaterole',
    CREATEDB: 'rolcreatedb',
    REPLICATION: 'rolreplication',
    BYPASSRLS: 'rolbypassrls',
  },
  databasePrivileges: ['CONNECT', 'CREATE', 'TEMPORARY'],
  relations: "'r', 'p', 'v', 'm', 'f'",
  userSchemas: "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
};

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

/** What the role in use may do that the new one may not; grants by role membership, by PUBLIC and by ownership count alike. */
export async function findLosses(session: SqlSession, before: string, after: string) {
  const losses = await findLossesAround(session, CATALOGUE, before, after);
  for (const { word, privileges, test, from, schema, name } of OBJECTS) {
    const rows = await session.query(
      `SELECT n.nspname AS schema, p AS privilege, count(*)::int AS had, count(*) FILTER (WHERE NOT kept)::int AS lost, (array_agg(object ORDER BY object) FILTER (WHERE NOT kept))[1:10] AS objects,
              (SELECT count(*)::int FROM ${from.replace('WHERE', `WHERE ${schema} = n.oid AND`)}) AS total
         FROM (SELECT ${schema} AS namespace, ${name} AS object, p, ${test}($2::name, o.oid, p) AS kept
                 FROM unnest($3::text[]) AS p, ${from} AND ${test}($1::name, o.oid, p)) AS had
         JOIN pg_catalog.pg_namespace n ON n.oid = had.namespace
        WHERE ${CATALOGUE.userSchemas} GROUP BY n.oid, n.nspname, p HAVING bool_or(NOT kept) ORDER BY 1, 2 LIMIT 1000`,
      [before, after, privileges],
    );
    losses.push(...rows.flatMap((row) => describeLostObjects(row, word, after)));
  }
  return losses;
}
