import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { noDatabase, passwordExpired } from '../kits/sql/usual-refusals.ts';
import { fields, rules, type TeradataDetails } from './fields.ts';
import { openTeradata, serverOf } from './query-service.ts';
import { findLosses, reportReadable } from './rights.ts';

const REFUSALS: Meanings<TeradataDetails> = {
  ...anyOf(
    [401, 8017, 3002, 3004],
    says(
      'CREDENTIALS_REJECTED',
      'The database refused the user and password.',
      'Check both, and that the user is not locked: the database may say the same of all.',
    ),
  ),
  3032: passwordExpired('Run: MODIFY USER ... AS PASSWORD = ...;'),
  3802: noDatabase('Check dbName.'),
  ...anyOf([3523, 3524], 'ACCESS_DENIED'),
  8024: 'RATE_LIMITED',
  412: says('RATE_LIMITED', 'The Query Service has no thread left.', 'Try again later.'),
  3055: 'PROVIDER_DOWN',
  404: ({ systemName }) =>
    says(
      'DATABASE_NOT_FOUND',
      'The Query Service knows no such system.',
      `Check queryServiceUrl, and that ${systemName} is among its /systems.`,
    ),
};

export default defineSqlConnector({
  kind: 'teradata',
  title: 'Teradata',
  category: 'warehouse',
  family: transactional,
  fields,
  rules,
  speaks: 'the REST API of the Query Service; without one, TCP and TLS alone',
  leastPrivileges: ['CREATE USER <user> AS PERM = 0, PASSWORD = <password>;', 'GRANT SELECT ON <database> TO <user>;'],
  tested: { against: 'fake', what: 'a fake of the Query Service, which checks users and passwords' },
  server: serverOf,
  connect: openTeradata,
  probe: 'SELECT 1 AS "one"',
  refusals: REFUSALS,
  async identity(session) {
    const [who] = await session.query(
      'SELECT USER AS "user", ACCOUNT AS "account", DATABASE AS "database", ROLE AS "role", SESSION AS "session"',
    );
    const isAdministrator = String(who?.user).trim().toUpperCase() === 'DBC';
    return { who, administrator: isAdministrator ? 'run: CREATE USER ...; and grant that one what they need.' : null };
  },
  permissions: (session, { credentials }) => reportReadable(session, credentials),
  parity: {
    login: ({ user }) => user?.toUpperCase(),
    on: ['host', 'port', 'queryServiceUrl', 'systemName'],
    // The views of rights show everybody his own, so both log in.
    comparesLogins: true,
    losses: (session, inUse, { credentials }) => findLosses(session, inUse, credentials),
  },
});
