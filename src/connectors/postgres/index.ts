import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { readableSchemas } from '../families/postgres-catalogue.ts';
import { ofOneDatabase, postgresDatabase, postgresProtocol } from '../families/postgres-protocol.ts';
import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { serverFields } from '../kits/fields.ts';
import { loginFields } from '../kits/login-fields.ts';
import { MOST_COLUMNS } from '../kits/sql/describe-tables.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { tls } from '../kits/sql/tls.ts';
import { CATALOGUE, findLosses } from './losses.ts';

const COLUMNS = `SELECT n.nspname AS schema, c.relname AS "table", a.attname AS field, coalesce(n.nspname = current_schema(), false) AS own
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN (${CATALOGUE.relations}) AND ${CATALOGUE.userSchemas} AND has_schema_privilege(n.oid, 'USAGE')
   AND has_column_privilege(c.oid, a.attnum, 'SELECT') AND ($1::text IS NULL OR n.nspname = $1) AND ($2::text[] IS NULL OR lower(c.relname) = ANY($2))
 ORDER BY own DESC, n.nspname, c.relname, a.attnum LIMIT ${MOST_COLUMNS + 1}`;

export default defineSqlConnector({
  kind: 'postgres',
  title: 'PostgreSQL',
  category: 'database',
  family: transactional,
  fields: {
    ...serverFields(5432),
    database: postgresDatabase(63),
    ...loginFields(63, 'Login role.', 'the login role'),
    ssl: tls(),
    rdsProxy: setting(z.boolean().optional(), {
      title: 'RDS proxy',
      description: 'The host is an RDS proxy, which pins sessions: no session settings are sent.',
    }),
  },
  ...postgresProtocol,
  leastPrivileges: [
    "CREATE ROLE <user> LOGIN PASSWORD '<password>';",
    'GRANT CONNECT ON DATABASE <database> TO <user>;',
    'GRANT USAGE ON SCHEMA <schema> TO <user>;',
    'GRANT SELECT ON ALL TABLES IN SCHEMA <schema> TO <user>;',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA <schema> GRANT SELECT ON TABLES TO <user>;',
  ],
  tested: { against: 'server', what: 'PostgreSQL 18' },
  identity: {
    query: `SELECT current_user AS "user", session_user AS "sessionUser", current_database() AS "database", current_setting('server_version') AS "serverVersion",
                   r.rolsuper AS "superuser", r.rolreplication AS "replication", r.rolcreaterole AS "createRole", r.rolcreatedb AS "createDatabase", r.rolvaliduntil::text AS "passwordValidUntil"
              FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    administrator: ({ superuser, user }) => (superuser === true ? `run: ALTER ROLE ${doubleQuoted(String(user))} NOSUPERUSER;` : null),
  },
  permissions: readableSchemas(CATALOGUE),
  describe: (session, { schema, tables }) => session.query(COLUMNS, [schema, tables]),
  parity: {
    ...ofOneDatabase,
    losses: (session, { name }, { credentials }) => findLosses(session, name, credentials.user),
  },
});
