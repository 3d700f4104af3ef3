import type { Connector, ConnectorDefinition } from '../../../domain/connector/connector.ts';
import { defineSqlConnector } from '../../kits/define-sql-connector.ts';
import { HttpFailure } from '../../kits/http/http-session.ts';
import { lossesOf, ofOwnRights } from '../../kits/parity.ts';
import { anyOf, type Meanings, NotChecked, problem, Refusal, says } from '../../kits/problems.ts';
import { reportTables } from '../../kits/sql/readable-schemas.ts';
import { doubleQuoted, selectOne } from '../../kits/sql/sql-session.ts';
import { MOST_TABLES, mayRead, readTables, tableName } from './readable-tables.ts';
import { type TrinoFields, trinoRules } from './trino-fields.ts';
import { openTrino } from './trino-session.ts';

interface TrinoKind extends Pick<ConnectorDefinition<TrinoFields>, 'kind' | 'title' | 'family' | 'lead' | 'rules' | 'fields' | 'tested'> {
  readonly dialect: 'Trino' | 'Presto';
}

/** Who the login is. Presto knows no more of that than the user. */
const IDENTITY = {
  Trino: 'SELECT current_user AS "user", current_catalog AS "catalog", current_schema AS "schema", version() AS "serverVersion"',
  Presto: 'SELECT current_user AS "user"',
};

const REFUSALS: Meanings<unknown> = {
  CATALOG_NOT_FOUND: says(
    'DATABASE_NOT_FOUND',
    'There is no catalog of that name, or the login does not see it.',
    'Check its spelling with SHOW CATALOGS.',
  ),
  SCHEMA_NOT_FOUND: says('DATABASE_NOT_FOUND', 'There is no schema of that name.', 'Check its spelling with SHOW SCHEMAS.'),
  MISSING_CATALOG_NAME: says('DATABASE_NOT_FOUND', 'No catalog is given.', 'Give the catalog.'),
  MISSING_SCHEMA_NAME: says('DATABASE_NOT_FOUND', 'No schema is given.', 'Give the schema.'),
  PERMISSION_DENIED: 'ACCESS_DENIED',
  ...anyOf(['QUERY_QUEUE_FULL', 'INSUFFICIENT_RESOURCES'], 'RATE_LIMITED'),
  ...anyOf(['SERVER_STARTING_UP', 'SERVER_SHUTTING_DOWN', 'NO_NODES_AVAILABLE'], 'PROVIDER_DOWN'),
};

const OVER_HTTP = says(
  'TLS_REQUIRED',
  'The server takes passwords over https alone.',
  'Give httpScheme https, and the port of its https listener.',
);
const NOTHING_SEEN = problem(
  'ACCESS_DENIED',
  'the server showed no schema of the catalog',
  'The login may not use the catalog, or nothing in it.',
  'Grant it a privilege on what its jobs read, or add a rule that allows it.',
);
const NO_ROLE = says(
  'ACCESS_DENIED',
  'The login may not take the role that it asks for.',
  'Check the role in the user name, as in name@domain/role.',
);

/** Trino, Presto and Starburst: one protocol, which asks over HTTP. */
export function defineTrino(own: TrinoKind): Connector {
  return defineSqlConnector({
    ...own,
    rules: [...(own.rules ?? []), ...trinoRules],
    category: 'warehouse',
    speaks: `the client protocol of ${own.dialect}`,
    leastPrivileges: [
      'GRANT SELECT ON TABLE <catalog>.<schema>.<table> TO USER <user>; or the same by the rules of access control, where these decide.',
    ],
    connect: async (input) => openTrino(own.dialect, input),
    refusals: REFUSALS,
    explain(error) {
      if (!(error instanceof HttpFailure)) return null;
      // The server's own text is read but never shown: some answers are the stack trace of a program.
      if (error.status === 403 && /over HTTP is not enabled/i.test(error.text)) return OVER_HTTP;
      return error.status === 500 && /Cannot set role/i.test(error.text) ? NO_ROLE : null;
    },
    identity: { query: IDENTITY[own.dialect] },
    checks: {
      validate_connection: {
        description: 'Resolves the host, connects, agrees on TLS, logs in, and finds the catalog; says which of these failed.',
        async run(session, { credentials: { catalog } }) {
          const finding = await selectOne(session);
          // SELECT 1 needs no catalog, and says nothing of one.
          if (catalog === undefined) return finding;
          const schemas = await session.query(`SHOW SCHEMAS FROM ${doubleQuoted(catalog)}`);
          // A catalog that a login may not use is no error: it is shown as an empty one. One that it may use holds the schema that describes it.
          if (schemas.length === 0) throw new Refusal(NOTHING_SEEN);
          return finding;
        },
      },
    },
    async permissions(session, { credentials: { catalog, user } }) {
      if (catalog === undefined) throw noCatalog();
      const tables = await readTables(session, catalog);
      const grant = (table: string) => `GRANT SELECT ON ${table} TO USER ${doubleQuoted(user)}; or add a rule that allows it`;
      return reportTables(tables.slice(0, MOST_TABLES), tables.length === 0 ? null : grant('<table>'), (table) =>
        grant(tableName(catalog, table)),
      );
    },
    parity: {
      ...ofOwnRights,
      // Grants are not to be seen under file rules, so each login is asked what it may read.
      async losses(session, inUse, { credentials: { catalog, user } }) {
        if (catalog === undefined) throw noCatalog();
        const before = await inUse.read((old) => readTables(old, catalog));
        const lost = [];
        for (const table of before.slice(0, MOST_TABLES))
          if (table.readable && !(await mayRead(session, catalog, table))) lost.push(tableName(catalog, table));
        return {
          losses: lossesOf(lost, (table) => ({
            what: `SELECT on ${table}`,
            mend: `GRANT SELECT ON ${table} TO USER ${doubleQuoted(user)};`,
          })),
          warnings: before.length > MOST_TABLES ? [CUT] : [],
        };
      },
    },
  });
}

const CUT = problem(
  'SKIPPED',
  `the catalog has more than ${MOST_TABLES} tables`,
  `Only the first ${MOST_TABLES} tables of the catalog were compared.`,
  'Check the others by hand, or compare the rules of both logins.',
);

function noCatalog(): NotChecked {
  return new NotChecked('no catalog is given', 'Without a catalog there is nothing to look at.', 'Give the catalog that the jobs read.');
}
