import { readableSchemas } from '../families/postgres-catalogue.ts';
import { ofOneDatabase, postgresProtocol } from '../families/postgres-protocol.ts';
import { openPostgres } from '../families/postgres-session.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { wrongPassword } from '../kits/sql/usual-refusals.ts';
import { fields, gatewayRole, rules } from './fields.ts';
import { readLogin } from './login.ts';
import { CATALOGUE, findLosses } from './losses.ts';

/** Redshift's catalogue is PostgreSQL 8.0's: no FILTER, no LATERAL, no arrays. What is asked here runs on both. */
export default defineSqlConnector({
  kind: 'redshift',
  title: 'Amazon Redshift',
  category: 'warehouse',
  lead: { allOptional: true, testV1: 'database' },
  fields,
  rules,
  gatewayRole,
  ...postgresProtocol,
  speaks: "the PostgreSQL protocol, and AWS's API for temporary credentials",
  leastPrivileges: [
    "CREATE USER <user> PASSWORD '<password>';",
    'GRANT USAGE ON SCHEMA <schema> TO <user>;',
    'GRANT SELECT ON ALL TABLES IN SCHEMA <schema> TO <user>;',
    'For IAM: a policy with redshift:GetClusterCredentials on the cluster, the user and the database; for serverless, redshift-serverless:GetCredentials on the workgroup.',
  ],
  tested: { against: 'fake', what: 'PostgreSQL 18 in the place of Redshift, moto, and a fake of redshift-serverless', client: 'boto3' },
  connect: async (input) => await openPostgres(await readLogin(input), input.signal),
  explain: (error) => (isWrongPassword(error) ? WRONG_PASSWORD : null),
  identity: {
    query: `SELECT u.usename AS "user", current_database() AS "database", version() AS "serverVersion", u.usesuper AS "superuser", u.usecreatedb AS "createDatabase"
              FROM pg_catalog.pg_user u WHERE u.usename = current_user`,
    administrator: ({ superuser, user }) => (superuser === true ? `run: ALTER USER ${doubleQuoted(String(user))} NOCREATEUSER;` : null),
  },
  permissions: readableSchemas(CATALOGUE),
  parity: {
    ...ofOneDatabase,
    unnamed: 'The login in use is named by its IAM identity',
    losses: (session, { name }) => findLosses(session, name),
  },
  describes: {
    validate_connection:
      'Resolves the host, connects, asks AWS for temporary credentials where IAM is used, agrees on TLS and logs in; says which of these failed.',
  },
});

const WRONG_PASSWORD = wrongPassword('Check both: Redshift says the same for a wrong password and for a user that does not exist.');

/** Redshift has one code for a wrong password and for an address that may not come in; the routine that refused tells them apart. */
function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28000' && 'routine' in error && error.routine === 'auth_failed';
}
