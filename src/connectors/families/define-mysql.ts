import { text } from '../../domain/connector/field-types.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { bundledDriver } from '../kits/driver.ts';
import { serverFields } from '../kits/fields.ts';
import { databaseField, loginFields } from '../kits/login-fields.ts';
import { grantLoss, lossesOf, ofOwnRights } from '../kits/parity.ts';
import { anyOf, type Meanings, says } from '../kits/problems.ts';
import { MOST_COLUMNS } from '../kits/sql/describe-tables.ts';
import { grantSelect, reportTables } from '../kits/sql/readable-schemas.ts';
import { backquoted, type ServerLogin, type SqlSession } from '../kits/sql/sql-session.ts';
import { tls, tlsStrictness } from '../kits/sql/tls.ts';
import { tryTables } from '../kits/sql/try-tables.ts';
import { accountLocked, noConnectionLeft, noDatabase, noTls, orTls, passwordExpired, wrongPassword } from '../kits/sql/usual-refusals.ts';
import { describeGrant, grantOf, isCovered, isReadable, parseGrants } from './mysql-grants.ts';
import { openMysql } from './mysql-session.ts';
import { transactional } from './transactional.ts';

/** What the login has any privilege on, of one schema or, without its name, of all; the server does not show it the rest. */
const SEEN = "table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') AND (? = '' OR table_schema = ?)";

const TABLES = `SELECT table_schema AS \`schema\`, table_name AS \`name\` FROM information_schema.tables
  WHERE ${SEEN} ORDER BY 1, 2 LIMIT 5000`;

const columnsOf = (tables: readonly string[] | null) =>
  `SELECT table_schema AS \`schema\`, table_name AS \`table\`, column_name AS \`field\`, table_schema = DATABASE() AS \`own\`
  FROM information_schema.columns WHERE ${SEEN} ${tables === null ? '' : `AND LOWER(table_name) IN (${['NULL', ...tables.map(() => '?')].join(', ')})`} ORDER BY 1, 2, ordinal_position LIMIT ${MOST_COLUMNS + 1}`;

/** What error numbers mean to somebody who just gave credentials. MariaDB's and MySQL's differ above 3000. */
const REFUSALS: Meanings<ServerLogin> = {
  1045: ({ ssl }) =>
    wrongPassword(`Check both, and that the account's host admits this gateway${orTls(ssl)}: the server says the same for all of these.`),
  1698: says(
    'CREDENTIALS_REJECTED',
    'The account does not log in by password.',
    'Use an account with a password; this one may be for the socket of the machine itself.',
  ),
  1044: ({ database, user }) =>
    says(
      'ACCESS_DENIED',
      'The account may not use that database, or there is none of that name.',
      `Check the spelling of dbName, and run: ${grantSelect(`TO ${backquoted(user)}@...;`, database)}`,
    ),
  1049: noDatabase('Check the spelling of dbName; on most systems names are case-sensitive.'),
  1130: says(
    'ACCESS_DENIED',
    'No account admits the address of this gateway.',
    "Make the account for this gateway's address, as in CREATE USER 'name'@'address'.",
  ),
  1129: says('ACCESS_DENIED', 'The server has blocked the address of this gateway after too many errors.', 'Run: FLUSH HOSTS;'),
  ...anyOf([1040, 1203, 1226], noConnectionLeft('max_connections or the limits of the account')),
  1053: 'PROVIDER_DOWN',
  ...anyOf([1820, 1862], passwordExpired('Set a new one with ALTER USER ... IDENTIFIED BY ..., and give that one.')),
  ...anyOf([3118, 4151], accountLocked('Run: ALTER USER ... ACCOUNT UNLOCK;')),
  3159: says('TLS_REQUIRED', 'The server takes encrypted connections only.', 'Turn TLS on (sslOptions).'),
  TLS_UNAVAILABLE: noTls('ssl_cert, ssl_key'),
  TLS_REQUIRED: { code: 'TLS_REQUIRED', resolution: 'Turn TLS on (sslOptions), or give the account the plugin mysql_native_password.' },
};

/** MySQL and MariaDB speak one protocol and print grants alike: a kind of its own for each, made of the same parts. */
export function defineMysql(kind: string, title: string) {
  return defineSqlConnector({
    kind,
    title,
    category: 'database',
    family: transactional,
    fields: {
      ...serverFields(3306),
      database: databaseField(text(64).optional(), 'Name of the database to use; without one the login sees all that it may.'),
      ...loginFields(128, 'Name of the account, without its host.', 'the account'),
      ssl: tls(),
    },
    rules: [
      // The driver compares a certificate with host names only; for an address it would compare `localhost`.
      ({ host, ssl }) =>
        tlsStrictness(ssl) === 4 && /^[\d.]+$|:/.test(host)
          ? { path: 'sslOptions.verifyIdentity', message: 'needs a host name; for an address give caData with verifyCert' }
          : null,
    ],
    driver: bundledDriver('mysql2'),
    speaks: "MySQL's protocol",
    leastPrivileges: [
      "CREATE USER '<user>'@'<host of the gateway>' IDENTIFIED BY '<password>';",
      "GRANT SELECT ON `<database>`.* TO '<user>'@'<host of the gateway>';",
    ],
    tested: { against: kind === 'mariadb' ? 'server' : 'fake', what: kind === 'mariadb' ? title : 'MariaDB in the place of MySQL' },
    connect: openMysql,
    refusals: REFUSALS,
    async identity(session) {
      const { who, name, grants } = await readAccount(session);
      const superuser = ['ALL PRIVILEGES', 'SUPER'].some((privilege) => isCovered(grants, grantOf(privilege, null, null)));
      return {
        who: { ...who, superuser, roles: grants.roles },
        administrator: superuser ? `run: REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}; and grant what they need.` : null,
      };
    },
    async permissions(session, { credentials: { database } }) {
      const { to, grants } = await readAccount(session);
      const rows = await session.query(TABLES, [database ?? '', database ?? '']);
      const tables = await tryTables(rows, ({ schema, name }) => isReadable(grants, schema, name));
      const mendAll = isReadable(grants, database ?? null, null) ? null : grantSelect(to, database);
      return reportTables(tables, mendAll, ({ schema, name }) => grantSelect(to, schema, name));
    },
    describe(session, { schema, tables }, { credentials: { database } }) {
      const within = schema ?? database ?? '';
      return session.query(columnsOf(tables), [within, within, ...(tables ?? [])]);
    },
    parity: {
      ...ofOwnRights,
      async losses(session, inUse) {
        const { grants: had } = await inUse.read(readAccount);
        const { to, grants } = await readAccount(session);
        const roles = had.roles.filter((role) => !grants.roles.includes(role));
        const lost = had.held.filter((grant) => !isCovered(grants, grant)).map(describeGrant);
        return [...lossesOf(roles, (role) => grantLoss(role, to, `the role ${role}`)), ...lossesOf(lost, (grant) => grantLoss(grant, to))];
      },
    },
  });
}

const WHO = 'SELECT CURRENT_USER() AS `user`, USER() AS sessionUser, DATABASE() AS `database`, VERSION() AS serverVersion';

/** The account that the server chose for a login, its name as a statement has it, and what it may do. Every account may ask this of itself. */
async function readAccount(session: SqlSession) {
  const [who] = await session.query(WHO);
  const lines = await session.query('SHOW GRANTS');
  // `name@host`, where the name may hold an @ and the host does not.
  const [, user = '', host = '%'] = /^(.*)@([^@]*)$/s.exec(String(who?.user)) ?? [];
  const grants = parseGrants(lines.flatMap((line) => Object.values(line).map(String)));
  const name = `${backquoted(user)}@${backquoted(host)}`;
  return { who, name, to: `TO ${name};`, grants };
}
