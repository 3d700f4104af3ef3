import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { nullOn } from '../kits/http/null-on.ts';
import { NotChecked, problem, refusal } from '../kits/problems.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { identifier } from '../kits/sql/upper-case-names.ts';
import type { Finding } from '../kits/usual-validators.ts';
import { fields, rules } from './fields.ts';
import { openSession, type SnowflakeSession } from './open-session.ts';
import { askIdentity, checkPermissions, findLosses, WHO } from './permissions.ts';
import { ABSENT_OR_HIDDEN, explain, refusals } from './refusals.ts';

/** Roles that may do anything in an account. */
const ADMINISTRATOR = /^(ACCOUNTADMIN|SECURITYADMIN|ORGADMIN|GLOBALORGADMIN)$/;

export default defineSqlConnector({
  kind: 'snowflake',
  title: 'Snowflake',
  category: 'warehouse',
  lead: { allOptional: true, testV1: [{ field: 'testSnowflakeCredentials', explains: true }] },
  fields,
  rules,
  speaks: 'the login and query API of its drivers',
  leastPrivileges: [
    'CREATE ROLE <role>;',
    'GRANT USAGE ON WAREHOUSE <warehouse> TO ROLE <role>;',
    'GRANT USAGE ON DATABASE <database> TO ROLE <role>;',
    'GRANT USAGE ON ALL SCHEMAS IN DATABASE <database> TO ROLE <role>;',
    'GRANT SELECT ON ALL TABLES IN DATABASE <database> TO ROLE <role>;',
    'GRANT SELECT ON FUTURE TABLES IN DATABASE <database> TO ROLE <role>;',
    'GRANT ROLE <role> TO USER <user>;',
    'ALTER USER <user> SET DEFAULT_ROLE = <role>;',
  ],
  tested: {
    against: 'fake',
    what: 'a fake of that API, which checks passwords and the signatures of keys',
    client: 'snowflake-connector-python',
  },
  connect: openSession,
  refusals,
  explain,
  identity: {
    query: WHO,
    administrator: ({ user, role }) =>
      ADMINISTRATOR.test(String(role)) ? `run: ALTER USER ${doubleQuoted(String(user))} SET DEFAULT_ROLE = <role>;` : null,
  },
  checks: {
    validate_warehouse: {
      description: 'Checks that the login may use the warehouse, and that it runs or resumes by itself. Starts nothing.',
      run: (session, { credentials }) => checkWarehouse(session, credentials.warehouse),
    },
  },
  permissions: (session, { credentials }) => checkPermissions(session, credentials.role),
  parity: {
    login: ({ user }) => (user === undefined ? undefined : identifier(user)),
    on: ['account', 'url'],
    isSame: (before, after) => identifier(before.role ?? '') === identifier(after.role ?? ''),
    unnamed: 'The login in use is a token that names its user by itself',
    losses: (session, { name, settings }, { credentials }) => findLosses(session, { user: name, role: settings.role }, credentials.role),
  },
});

async function checkWarehouse(session: SnowflakeSession, name: string | undefined): Promise<Finding> {
  if (name === undefined)
    throw new NotChecked('no warehouse is given', "Jobs use the user's default warehouse, if any; it was not checked.", 'Give warehouse.');
  const warehouse = identifier(name);
  if ((await nullOn(ABSENT_OR_HIDDEN, session.query(`USE WAREHOUSE ${warehouse}`))) === null) {
    const mend = `GRANT USAGE ON WAREHOUSE ${warehouse} ${(await askIdentity(session)).to}`;
    throw refusal(
      'PERMISSION_MISSING',
      'it is not there, or hidden',
      'The login may not use the warehouse.',
      `Check the spelling of warehouse, or run: ${mend}`,
    );
  }
  const rows = await session.query('SHOW WAREHOUSES');
  const found = rows.find((row) => doubleQuoted(row.name ?? '') === warehouse);
  const data = { returnedData: { warehouse: name, state: found?.state ?? null } };
  if (found?.state !== 'SUSPENDED' || found.auto_resume === 'true') return { data };
  const mend = `Run: ALTER WAREHOUSE ${warehouse} SET AUTO_RESUME = TRUE;`;
  return { warnings: [problem('PROVIDER_DOWN', 'suspended, without auto-resume', 'Jobs would find the warehouse suspended.', mend)], data };
}
