import { type Loss, notComparable } from '../kits/parity.ts';
import type { SqlSession } from '../kits/sql/sql-session.ts';
import { describeLost, schemaGrants } from './postgres-losses.ts';

/** A catalogue like PostgreSQL's, by the words of its kind. What is asked here runs on all since 8.0, which has no FILTER, no LATERAL and no arrays. */
export interface PostgresCatalogue {
  /** The relation of logins. */
  readonly logins: string;
  /** Its column of names. */
  readonly name: string;
  /** Its column that says who may do anything. */
  readonly superuser: string;
  /** What a login may be allowed by itself, with the columns that say so. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly databasePrivileges: readonly string[];
  /** Kinds of relations that are read as tables are, as a list of literals. */
  readonly relations: string;
  /** Holds for a schema `n` that is the users' own. */
  readonly userSchemas: string;
}

/** What of each schema the login may read. */
export function readableSchemas({ relations, userSchemas }: PostgresCatalogue) {
  return {
    query: `SELECT n.nspname AS "schema", has_schema_privilege(n.nspname, 'USAGE') AS "usable", current_user AS "login", count(c.oid) AS "tables",
                   sum(CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 1 ELSE 0 END) AS "readable"
              FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN (${relations})
             WHERE ${userSchemas} GROUP BY n.nspname ORDER BY n.nspname LIMIT 500`,
    grants: schemaGrants,
  };
}

/** Both logins as rows, `b` the one in use and `a` the new one, so that functions take their names as the catalogue has them. */
export function bothLogins({ logins, name, superuser }: PostgresCatalogue) {
  return { from: `${logins} b, ${logins} a`, where: `b.${name} = $1 AND a.${name} = $2 AND NOT a.${superuser}` };
}

/**
 * What of the login itself, of the database and of schemas the one in use may do and the new one may not, by the has_*_privilege functions,
 * which count what comes by roles, groups and PUBLIC alike. Reads the catalogue only; every login may.
 */
export async function findLossesAround(session: SqlSession, catalogue: PostgresCatalogue, before: string, after: string) {
  const { logins, name, attributes, databasePrivileges, userSchemas } = catalogue;
  const [found] = await session.query(`SELECT count(*) AS "present" FROM ${logins} WHERE ${name} = $1`, [before]);
  if (Number(found?.present) === 0)
    throw notComparable('the login in use is not on this server', 'The login in use does not exist on this server');
  const { from, where } = bothLogins(catalogue);
  const lost = (has: (login: 'a' | 'b') => string) => `WHERE ${where} AND ${has('b')} AND NOT ${has('a')}`;
  const parts = [
    ...Object.entries(attributes).map(
      ([attribute, column]) =>
        `SELECT 0 AS level, 'attribute' AS "on", '${attribute}' AS privilege, '' AS name FROM ${from} ${lost((login) => `${login}.${column}`)}`,
    ),
    ...databasePrivileges.map(
      (privilege) =>
        `SELECT 1, 'database', '${privilege}', current_database() FROM ${from}
          ${lost((login) => `has_database_privilege(${login}.${name}, current_database(), '${privilege}')`)}`,
    ),
    ...['USAGE', 'CREATE'].map(
      (privilege) =>
        `SELECT 2, 'schema', '${privilege}', n.nspname FROM ${from}, pg_catalog.pg_namespace n
          ${lost((login) => `has_schema_privilege(${login}.${name}, n.nspname, '${privilege}')`)} AND ${userSchemas}`,
    ),
  ];
  const rows = await session.query(`${parts.join('\nUNION ALL\n')} ORDER BY 1, 4, 3 LIMIT 1000`, [before, after]);
  return rows.map((row): Loss => describeLost(row, after));
}
