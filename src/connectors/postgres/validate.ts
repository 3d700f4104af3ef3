import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { postgresProblem, quoted } from '../shared/postgres-problems.ts';
import { reportSchemas } from '../shared/postgres-schemas.ts';
import { withPostgresSession } from '../shared/postgres-session.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import { checkConnection, inSession, type SqlSystem } from '../shared/sql.ts';
import type { PostgresDetails } from './index.ts';

type Input = ValidatorInput<PostgresDetails>;

export const postgres: SqlSystem<PostgresDetails> = {
  withSession: ({ credentials, signal }, use) => withPostgresSession(credentials, signal, use),
  problemOf: postgresProblem,
};

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  return await checkConnection(postgres, input);
}

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inSession(postgres, input, async (session) => {
    const [identity] = await session.query(
      `SELECT current_user AS "user", session_user AS "sessionUser", current_database() AS "database", current_setting('server_version') AS "serverVersion",
              r.rolsuper AS "superuser", r.rolreplication AS "replication", r.rolcreaterole AS "createRole", r.rolcreatedb AS "createDatabase", r.rolvaliduntil::text AS "passwordValidUntil"
         FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    );
    const warnings: Problem[] = [];
    if (identity?.superuser === true) {
      warnings.push({
        code: 'NOT_PROTECTED',
        cause: 'the role is a superuser',
        friendlyMessage: 'This login may do anything on the server.',
        resolution: `Use a role with just what the jobs need, or run: ALTER ROLE ${quoted(input.credentials.user)} NOSUPERUSER;`,
      });
    }
    return { errors: [], warnings, data: { returnedData: identity ?? null } };
  });
}

export async function validatePermissions(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  return await inSession(postgres, input, async (session) => {
    const schemas = await session.query(
      `SELECT n.nspname AS schema, has_schema_privilege(n.oid, 'USAGE') AS usable,
              count(c.oid)::int AS tables, count(c.oid) FILTER (WHERE has_table_privilege(c.oid, 'SELECT'))::int AS readable
         FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        GROUP BY n.oid, n.nspname ORDER BY n.nspname LIMIT 500`,
    );
    return reportSchemas(schemas, quoted(input.credentials.user));
  });
}
