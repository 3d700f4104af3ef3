import { secret, setting } from '../../domain/connector/field.ts';
import { host, port, text } from '../../domain/connector/field-types.ts';
import { openPostgres } from '../families/postgres-session.ts';
import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { bundledDriver } from '../kits/driver.ts';
import { headerSecret } from '../kits/fields.ts';
import { databaseField } from '../kits/login-fields.ts';
import { lossesOf } from '../kits/parity.ts';
import { says } from '../kits/problems.ts';
import { reportTables } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import { type TlsOptions, verifiedTls } from '../kits/sql/tls.ts';
import { type TableName, tryTables } from '../kits/sql/try-tables.ts';

const TABLES = `SELECT table_schema AS "schema", table_name AS "name" FROM information_schema.tables
  WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'md_information_schema') ORDER BY 1, 2 LIMIT 50`;

/** MotherDuck's endpoint for PostgreSQL clients, where the SQL is DuckDB's: https://motherduck.com/docs/ */
export default defineSqlConnector({
  kind: 'motherduck',
  title: 'MotherDuck',
  category: 'warehouse',
  family: transactional,
  fields: {
    token: secret(headerSecret(), { title: 'Token', description: 'Access token of the account.' }),
    database: databaseField(text(255).optional(), 'Name of the database; without one, all of the account are attached.'),
    host: setting(host().default('pg.us-east-1-aws.motherduck.com'), {
      endpoint: true,
      title: 'Host',
      description: "Endpoint of the account's region, pg.us-east-1-aws.motherduck.com unless given.",
    }),
    port: setting(port(5432), { endpoint: true, title: 'Port', description: 'TCP port, 5432 unless given.' }),
    ssl: verifiedTls(),
  },
  rules: [
    ({ ssl }) => (ssl?.disabled === true ? { path: 'sslOptions.disabled', message: 'is not possible: the token is sent as it is' } : null),
  ],
  driver: bundledDriver('pg'),
  speaks: 'the PostgreSQL protocol',
  leastPrivileges: ['GRANT READ ON SHARE <share> TO USER <name of the account>;'],
  tested: { against: 'fake', what: "PostgreSQL 18 in MotherDuck's place, behind TLS" },
  connect: ({ credentials: { host, port, token, database = 'md:', ssl }, signal }) =>
    openPostgres({ host, port, database, user: 'postgres', password: token, ssl: verified(ssl) }, signal, []),
  refusals: {
    '28P01': says(
      'CREDENTIALS_REJECTED',
      'MotherDuck refused the token.',
      'Make a new one: it may have expired or been revoked, or be of another region.',
    ),
  },
  identity: { query: 'SELECT * FROM md_user_info()' },
  async permissions(session) {
    const tables = await tryTables(await session.query(TABLES), (table) => mayRead(session, table));
    return reportTables(tables, tables.length === 0 ? null : MEND, () => MEND);
  },
  parity: {
    login: () => 'the account of the token',
    // A token does not say whose it is, so both are asked what they have attached.
    isSame: () => false,
    on: ['host', 'port'],
    comparesLogins: true,
    async losses(session, inUse) {
      const had = await inUse.read(readDatabases);
      const has = await readDatabases(session);
      const lost = had.filter((name) => !has.includes(name));
      return lossesOf(lost, (name) => ({
        what: `the database ${doubleQuoted(name)}`,
        mend: `GRANT READ ON SHARE ${doubleQuoted(name)} TO USER <name of the account>;`,
      }));
    },
  },
});

const MEND = 'GRANT READ ON SHARE <share> TO USER <name of the account>;';

async function mayRead(session: SqlSession, { schema, name }: TableName): Promise<boolean> {
  try {
    await session.query(`SELECT * FROM ${doubleQuoted(schema)}.${doubleQuoted(name)} LIMIT 0`);
    return true;
  } catch {
    return false;
  }
}

/** Databases of the account's own, and those that others share with it. */
async function readDatabases(session: SqlSession): Promise<readonly string[]> {
  const own = await session.query('SELECT name FROM md_information_schema.databases');
  const shared = await session.query('SELECT name FROM md_information_schema.shared_with_me');
  return [...own, ...shared].map(({ name }) => String(name));
}

/** The token is sent as a password in clear, so whoever answers has to prove who it is, unless that is turned off by name. */
function verified(options: TlsOptions | undefined): TlsOptions {
  return { verifyCert: true, verifyIdentity: true, ...options };
}
