import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { optionalDriver } from '../kits/driver.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { accountLocked, wrongPassword } from '../kits/sql/usual-refusals.ts';
import { fields, type HanaDetails } from './fields.ts';
import { openHana } from './hana-session.ts';
import { findLosses, isAdministrator, readRights, reportReadableSchemas } from './rights.ts';

const REFUSALS: Meanings<HanaDetails> = {
  10: wrongPassword('Check both, and that the user is neither locked nor past its validity: the server does not say which.'),
  ...anyOf(
    [414, 415],
    says(
      'CREDENTIALS_REJECTED',
      'The password is right, and has to be changed before anything else.',
      'Set one with ALTER USER ... PASSWORD ... NO FORCE_FIRST_PASSWORD_CHANGE, and give that one.',
    ),
  ),
  416: accountLocked('Run: ALTER USER ... RESET CONNECT ATTEMPTS; or wait until the lock ends.'),
  258: 'ACCESS_DENIED',
  4321: says(
    'TLS_REQUIRED',
    'The server lets nobody in without TLS.',
    'Leave disabled out of sslOptions; give caData or verifyIdentity, so that the server proves who it is.',
  ),
  UNKNOWN_TENANT: says(
    'DATABASE_NOT_FOUND',
    'The system database knows no tenant of that name.',
    "Check dbName; or leave it out and give the tenant's own SQL port.",
  ),
  TLS_UNAVAILABLE: says(
    'TLS_UNAVAILABLE',
    'TLS was asked for, and this port does not speak it.',
    'Turn TLS on at the server, or leave sslOptions out if the network is trusted.',
  ),
  TLS_REQUIRED: says(
    'TLS_REQUIRED',
    'The server asks for the password itself, and nothing proves who it is; it was not sent.',
    'Give sslOptions with caData or verifyIdentity.',
  ),
};

export default defineSqlConnector({
  kind: 'sap-hana',
  title: 'SAP HANA',
  category: 'database',
  family: transactional,
  fields,
  driver: optionalDriver({ hdb: '2.30' }),
  speaks: "SAP HANA's SQL command network protocol",
  leastPrivileges: [
    'CREATE USER <user> PASSWORD "<password>" NO FORCE_FIRST_PASSWORD_CHANGE;',
    'GRANT SELECT ON SCHEMA <schema> TO <user>;',
  ],
  tested: { against: 'fake', what: 'a fake of the login exchange, with TLS and without, which checks proofs of passwords', client: 'hdb' },
  connect: openHana,
  // An initial password logs in, and is refused with the first statement.
  probe: 'SELECT 1 AS "one" FROM DUMMY',
  refusals: REFUSALS,
  async identity(session) {
    const [who] = await session.query(
      'SELECT CURRENT_USER AS "user", SESSION_USER AS "sessionUser", CURRENT_SCHEMA AS "schema", d.DATABASE_NAME AS "database", d.VERSION AS "serverVersion" FROM M_DATABASE d',
    );
    const user = String(who?.user);
    return {
      who,
      administrator:
        user === 'SYSTEM' || isAdministrator(await readRights(session))
          ? `run: REVOKE DATA ADMIN, USER ADMIN FROM ${doubleQuoted(user)}; and grant what they need.`
          : null,
    };
  },
  permissions: (session, { credentials: { user } }) => reportReadableSchemas(session, user),
  parity: {
    login: ({ user }) => user?.toUpperCase(),
    on: ['host', 'port', 'database'],
    // Only the privileges of one's own are to be seen, so both log in.
    comparesLogins: true,
    losses: (session, inUse, { credentials }) => findLosses(session, inUse, credentials),
  },
});
