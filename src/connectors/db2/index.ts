import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { passwordExpired, wrongPassword } from '../kits/sql/usual-refusals.ts';
import { openDb2 } from './db2-session.ts';
import { type Db2Details, fields } from './fields.ts';
import { findLosses, isAdministrator, reportReadableSchemas } from './rights.ts';

const NOT_ALLOWED = ({ user }: Db2Details) =>
  says(
    'ACCESS_DENIED',
    'The user may not enter that database.',
    `Run: GRANT CONNECT ON DATABASE TO USER ${doubleQuoted(user.toUpperCase())};`,
  );

const REFUSALS: Meanings<Db2Details> = {
  'SECCHK-01': says(
    'PROTOCOL_ERROR',
    'The server takes passwords only in an encryption of its own (SERVER_ENCRYPT), which is not spoken here.',
    'Have it accept AUTHENTICATION SERVER, and give its port for TLS.',
  ),
  'SECCHK-0E': passwordExpired('Set a new one where the server keeps its accounts, and give that one.'),
  ...anyOf(
    ['SECCHK-0F', 'SECCHK-13'],
    wrongPassword('Check both, and that the account is neither locked nor expired where the server keeps it.'),
  ),
  'SECCHK-14': says('ACCESS_DENIED', 'The account is revoked or locked.', 'Unlock it where the server keeps its accounts.'),
  ...anyOf(
    ['DRDA-2211', '-30061'],
    says(
      'DATABASE_NOT_FOUND',
      'There is no database of that name or alias on this server.',
      'Check dbName; db2 list db directory shows them.',
    ),
  ),
  ...anyOf(['DRDA-22CB', '-1060'], NOT_ALLOWED),
  '-551': 'ACCESS_DENIED',
  '-805': says(
    'PERMISSION_MISSING',
    'The package of dynamic statements is not bound in this database.',
    'Run: db2 bind @db2ubind.lst blocking all grant public; or: GRANT EXECUTE ON PACKAGE NULLID.SYSSH200 TO PUBLIC;',
  ),
  ...anyOf(['DRDA-1233', '-1040', '-1226'], 'RATE_LIMITED'),
  ...anyOf(['-1032', '-1035', '-20157'], 'PROVIDER_DOWN'),
  ...anyOf(['DRDA-1245', 'DRDA-124C'], 'PROTOCOL_ERROR'),
  TLS_UNAVAILABLE: says(
    'TLS_UNAVAILABLE',
    'This port does not speak TLS, so the password was not sent.',
    'Give the port for TLS, 50001 as a rule; or sslOptions with disabled, where the network is trusted.',
  ),
};

export default defineSqlConnector({
  kind: 'db2',
  title: 'Db2',
  category: 'database',
  family: transactional,
  fields,
  speaks: 'DRDA',
  leastPrivileges: ['GRANT CONNECT ON DATABASE TO USER <user>;', 'GRANT SELECT ON TABLE <schema>.<table> TO USER <user>;'],
  tested: {
    against: 'fake',
    what: 'Apache Derby in the place of Db2, for logins and statements, and a fake of what Db2 alone has: the catalogue that identity, permissions and parity ask',
  },
  connect: openDb2,
  probe: `VALUES CAST('1' AS VARCHAR(1))`,
  refusals: REFUSALS,
  async identity(session) {
    const [row] = await session.query(`VALUES CAST(SESSION_USER || '|' || CURRENT SERVER || '|' || CURRENT SCHEMA AS VARCHAR(400))`);
    const [user = '', database, schema] = String(row?.value ?? '').split('|');
    return {
      who: { user, database, schema, serverVersion: session.release },
      administrator: (await isAdministrator(session))
        ? `run: REVOKE DBADM ON DATABASE FROM USER ${doubleQuoted(user)}; and grant what they need.`
        : null,
    };
  },
  permissions: (session, { credentials: { user } }) => reportReadableSchemas(session, user),
  parity: {
    login: ({ user }) => user?.toUpperCase(),
    on: ['host', 'port', 'database'],
    // What another user's roles and groups give is not to be seen, so both log in.
    comparesLogins: true,
    losses: (session, inUse, { credentials }) => findLosses(session, inUse, credentials),
  },
});
