import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { ofOwnRights } from '../kits/parity.ts';
import { anyOf, NotChecked, says } from '../kits/problems.ts';
import { grantSelect, reportTables } from '../kits/sql/readable-schemas.ts';
import { backquoted, type SqlRow, type SqlSession } from '../kits/sql/sql-session.ts';
import { tryTables } from '../kits/sql/try-tables.ts';
import { openClickhouse } from './clickhouse-session.ts';
import { fields } from './fields.ts';
import { findLosses, isAdministrator, isUnknown, mayRead, readGrants } from './grants.ts';

/** How many objects are checked one by one. */
const TABLES = `SELECT database AS schema, name FROM system.tables
  WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') AND NOT is_temporary ORDER BY 1, 2 LIMIT 50`;

const PLACE = 'currentDatabase() AS database, version() AS serverVersion';

/** Older servers have no function for it: each statement carries the login, so the user is the one that was given. */
async function identityBefore20(session: SqlSession, user: string): Promise<readonly SqlRow[]> {
  return (await session.query(`SELECT ${PLACE}`)).map((row) => ({ user, ...row }));
}

export default defineSqlConnector({
  kind: 'clickhouse',
  title: 'ClickHouse',
  category: 'warehouse',
  family: transactional,
  fields,
  speaks: 'the HTTP interface',
  leastPrivileges: ["CREATE USER <user> IDENTIFIED BY '<password>';", 'GRANT SELECT ON <database>.* TO <user>;'],
  tested: {
    against: 'fake',
    what: 'ClickHouse 18.16 for logins and identity, which shows no grants, so that permissions are skipped on it; and a fake of what newer servers have, which checks passwords and grants',
    client: '@clickhouse/client',
  },
  connect: async (input) => openClickhouse(input),
  refusals: {
    // Before 20.x each way to be refused had a code of its own.
    ...anyOf([192, 193, 194, 516], 'CREDENTIALS_REJECTED'),
    195: says(
      'ACCESS_DENIED',
      'The user may not come in from the address of this gateway.',
      'Add its address: ALTER USER ... ADD HOST IP ...',
    ),
    81: 'DATABASE_NOT_FOUND',
    511: says('ACCESS_DENIED', 'A role of the user does not exist.', 'Check its default roles: SHOW CREATE USER.'),
    512: says('ACCESS_DENIED', 'The user may not take a role that it asks for.', 'Grant it the role.'),
    497: 'ACCESS_DENIED',
    ...anyOf([201, 202], 'RATE_LIMITED'),
  },
  async identity(session, { credentials: { user } }) {
    const [who] = await session
      .query(`SELECT currentUser() AS user, currentRoles() AS roles, ${PLACE}`)
      .catch((error: unknown) => (isUnknown(error) ? identityBefore20(session, user) : Promise.reject(error)));
    const name = backquoted(String(who?.user));
    const grants = await readGrants(session).catch((error: unknown) => (error instanceof NotChecked ? [] : Promise.reject(error)));
    return {
      who,
      administrator: isAdministrator(grants) ? `run: REVOKE ALL ON *.* FROM ${name}; and grant what they need.` : null,
    };
  },
  async permissions(session, { credentials: { user, database } }) {
    const tables = await tryTables(await session.query(TABLES), (table) => mayRead(session, table));
    const to = `TO ${backquoted(user)};`;
    return reportTables(tables, grantSelect(to, database), ({ schema, name }) => grantSelect(to, schema, name));
  },
  parity: {
    ...ofOwnRights,
    losses: findLosses,
  },
});
