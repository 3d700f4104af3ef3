import type { DescriptionFilter } from '../../domain/connector/describe.ts';
import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { optionalDriver } from '../kits/driver.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { quotedLiteral } from '../kits/sql/describe-tables.ts';
import { readsNothing } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { accountLocked, passwordExpired, wrongPassword } from '../kits/sql/usual-refusals.ts';
import { fields, type OracleDetails, rules } from './fields.ts';
import { openOracle } from './oracle-session.ts';
import { findLosses } from './rights.ts';

const REFUSALS: Meanings<OracleDetails> = {
  'ORA-1017': wrongPassword('Check both; the user name is in capitals unless it was quoted when it was made.'),
  'ORA-1005': 'CREDENTIALS_REJECTED',
  'ORA-28000': accountLocked('Run: ALTER USER ... ACCOUNT UNLOCK;'),
  'ORA-28001': passwordExpired('Set a new one: ALTER USER ... IDENTIFIED BY ...'),
  'ORA-1045': ({ user }) => says('PERMISSION_MISSING', 'The user may not log in.', `Run: GRANT CREATE SESSION TO ${doubleQuoted(user)};`),
  ...anyOf(['ORA-942', 'ORA-1031'], 'ACCESS_DENIED'),
  ...anyOf(
    ['ORA-12514', 'ORA-12505', 'NJS-518', 'NJS-519'],
    says('DATABASE_NOT_FOUND', 'The listener knows no service of that name.', 'Check dbName; lsnrctl services lists them.'),
  ),
  ...anyOf(['ORA-18', 'ORA-20', 'ORA-2391', 'ORA-12516', 'ORA-12519', 'ORA-12520'], 'RATE_LIMITED'),
  ...anyOf(['ORA-1033', 'ORA-1034', 'ORA-1089', 'ORA-1109', 'ORA-12526', 'ORA-12527', 'ORA-12528'], 'PROVIDER_DOWN'),
  'NJS-116': says(
    'CREDENTIALS_REJECTED',
    'The password is kept in a form that is too old for the driver.',
    'Set it anew: ALTER USER ... IDENTIFIED BY ...',
  ),
  'NJS-138': says('PROTOCOL_ERROR', 'The server is older than 12.1, which the driver does not speak to.', 'Use a newer server.'),
  TLS_UNAVAILABLE: says(
    'TLS_UNAVAILABLE',
    'TLS was asked for, and this port does not speak it.',
    'Give the port for TLS, 2484 as a rule; or leave sslOptions out if the network is trusted.',
  ),
  'NJS-533': says(
    'TLS_REQUIRED',
    'The server wants the encryption that only its own client libraries have.',
    'Give a port with TLS (sslOptions), or have it accept connections without.',
  ),
};

/** The catalogue shows nobody what he may not touch. Names are in capitals unless they were quoted when they were made. */
const columnsOf = ({ schema, tables }: DescriptionFilter) =>
  `SELECT c.owner AS "schema", c.table_name AS "table", c.column_name AS "field", CASE WHEN c.owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') THEN 1 ELSE 0 END AS "own"
  FROM all_tab_columns c JOIN all_users u ON u.username = c.owner AND u.oracle_maintained = 'N' WHERE 1 = 1${
    schema === null ? '' : ` AND UPPER(c.owner) = UPPER(${quotedLiteral(schema)})`
  }${tables === null ? '' : ` AND LOWER(c.table_name) IN (${['NULL', ...tables.map(quotedLiteral)].join(', ')})`}
  ORDER BY 4 DESC, 1, 2, c.column_id`;

export default defineSqlConnector({
  kind: 'oracle',
  title: 'Oracle',
  category: 'database',
  family: transactional,
  fields,
  rules,
  driver: optionalDriver({ oracledb: '26' }),
  speaks: "Oracle's protocol, in the driver's thin mode",
  leastPrivileges: [
    'CREATE USER <user> IDENTIFIED BY "<password>";',
    'GRANT CREATE SESSION TO <user>;',
    'GRANT SELECT ON <schema>.<table> TO <user>;',
  ],
  tested: {
    against: 'fake',
    what: "a fake of the listener, the login and queries, made from the driver's own other side, which checks passwords",
    client: 'oracledb',
  },
  connect: openOracle,
  probe: 'SELECT 1 FROM dual',
  refusals: REFUSALS,
  async identity(session) {
    const [who] = await session.query(
      `SELECT SYS_CONTEXT('USERENV', 'SESSION_USER') AS "user", SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AS "schema", SYS_CONTEXT('USERENV', 'SERVICE_NAME') AS "service",
              SYS_CONTEXT('USERENV', 'CON_NAME') AS "container", SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL') AS "protocol" FROM dual`,
    );
    const roles = (await session.query('SELECT role AS "role" FROM session_roles')).map(({ role }) => String(role));
    const user = doubleQuoted(String(who?.user));
    return {
      who: { ...who, roles },
      administrator: roles.includes('DBA') ? `run: REVOKE DBA FROM ${user}; and grant what they need.` : null,
    };
  },
  async permissions(session, { credentials: { user } }) {
    const rows = await session.query(
      `SELECT t.owner AS "schema", COUNT(*) AS "tables" FROM all_tables t JOIN all_users u ON u.username = t.owner AND u.oracle_maintained = 'N' GROUP BY t.owner ORDER BY t.owner`,
    );
    // The catalogue shows nobody what he may not touch.
    if (rows.length === 0) return { errors: [readsNothing(`GRANT READ ON <schema>.<table> TO ${doubleQuoted(user)};`)] };
    return { data: { datasetsValidated: rows.map(({ schema }) => String(schema)) } };
  },
  describe: (session, filter) => session.query(columnsOf(filter)),
  parity: {
    login: ({ user }) => user?.toUpperCase(),
    on: ['host', 'port', 'database'],
    comparesLogins: true,
    losses: (session, inUse, { credentials }) => findLosses(session, inUse, credentials.user),
  },
});
