import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { AwsError } from '../shared/aws.ts';
import { awsProblem } from '../shared/aws-problem.ts';
import { postgresProblem, quoted } from '../shared/postgres-problems.ts';
import { reportSchemas } from '../shared/postgres-schemas.ts';
import { withPostgresSession } from '../shared/postgres-session.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import { checkConnection, inSession, type SqlSession, type SqlSystem } from '../shared/sql.ts';
import type { RedshiftDetails } from './index.ts';
import { readLogin } from './login.ts';

type Input = ValidatorInput<RedshiftDetails>;

export const redshift: SqlSystem<RedshiftDetails> = {
  withSession: async (input, use) => await withPostgresSession(await readLogin(input), input.signal, use),
  problemOf: problemOf,
};

function problemOf(error: unknown, { database, user = '', ssl }: RedshiftDetails): Problem {
  if (error instanceof AwsError) return awsProblem(error);
  if (isWrongPassword(error)) {
    return {
      code: 'CREDENTIALS_REJECTED',
      cause: 'password authentication failed (28000)',
      friendlyMessage: 'The server refused the user and password.',
      resolution: 'Check both: Redshift says the same for a wrong password and for a user that does not exist.',
    };
  }
  return postgresProblem(error, { database, user, ssl });
}

/** Redshift has one code for a wrong password and for an address that may not come in; the routine that refused tells them apart. */
function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28000' && 'routine' in error && error.routine === 'auth_failed';
}

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  return await checkConnection(redshift, input);
}

/** The database user of the session: with IAM it is not the name that was logged in with. */
export async function currentUser(session: SqlSession): Promise<string> {
  const [row] = await session.query('SELECT current_user AS name');
  return String(row?.name);
}

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inSession(redshift, input, async (session) => {
    const [identity] = await session.query(
      `SELECT u.usename AS "user", current_database() AS "database", version() AS "serverVersion", u.usesuper AS "superuser", u.usecreatedb AS "createDatabase"
         FROM pg_catalog.pg_user u WHERE u.usename = current_user`,
    );
    const warnings: readonly Problem[] =
      identity?.superuser === true
        ? [
            {
              code: 'NOT_PROTECTED',
              cause: 'the user is a superuser',
              friendlyMessage: 'This login may do anything in the cluster.',
              resolution: `Use one with just what the jobs need, or run: ALTER USER ${quoted(String(identity.user))} NOCREATEUSER;`,
            },
          ]
        : [];
    return { errors: [], warnings, data: { returnedData: identity ?? null } };
  });
}

/** Redshift's catalogue is PostgreSQL 8.0's: no FILTER, no LATERAL, no arrays. What is written here runs on both. */
export async function validatePermissions(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  return await inSession(redshift, input, async (session) => {
    const schemas = await session.query(
      `SELECT n.nspname AS "schema", has_schema_privilege(n.nspname, 'USAGE') AS "usable", count(c.oid) AS "tables",
              sum(CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 1 ELSE 0 END) AS "readable"
         FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v')
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')
        GROUP BY n.nspname ORDER BY n.nspname LIMIT 500`,
    );
    return reportSchemas(schemas, quoted(await currentUser(session)));
  });
}
