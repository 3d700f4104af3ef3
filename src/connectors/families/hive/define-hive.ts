import type { Connector, ConnectorDefinition } from '../../../domain/connector/connector.ts';
import type { DetailsOf, FieldShape } from '../../../domain/connector/field.ts';
import { defineSqlConnector } from '../../kits/define-sql-connector.ts';
import { lossesOf } from '../../kits/parity.ts';
import { anyOf, type Meanings, problem, says } from '../../kits/problems.ts';
import { reportTables } from '../../kits/sql/readable-schemas.ts';
import { backquoted, type SqlSession } from '../../kits/sql/sql-session.ts';
import { ANONYMOUS, type HiveLogin } from './hive-login.ts';
import { openHive } from './hive-session.ts';
import { MOST_TABLES, mayRead, readTables } from './readable-tables.ts';

interface HiveKind<F extends FieldShape> extends Pick<ConnectorDefinition<F>, 'kind' | 'title' | 'fields' | 'rules' | 'lead' | 'tested'> {
  login(details: Partial<DetailsOf<F>>): HiveLogin;
  readonly on: readonly (keyof DetailsOf<F> & string)[];
}

const WRONG_MODE = 'Check authMode (SASL or NOSASL), the port, which has to be of the binary protocol, and whether the server wants TLS.';

const REFUSALS: Meanings<unknown> = {
  LOGIN: 'CREDENTIALS_REJECTED',
  403: 'ACCESS_DENIED',
  ...anyOf(
    [404, 405],
    says('PROTOCOL_ERROR', 'Nothing of this protocol answers at that path.', 'Check the path of the URL, /cliservice as a rule.'),
  ),
  DATABASE: 'DATABASE_NOT_FOUND',
  PERMISSION: 'ACCESS_DENIED',
  LIMIT: 'RATE_LIMITED',
  MECHANISM: says('PROTOCOL_ERROR', 'The server does not take a login by name and password.', WRONG_MODE),
  PROTOCOL: says('PROTOCOL_ERROR', 'What answered does not speak this protocol.', WRONG_MODE),
  CLOSED: says('PROTOCOL_ERROR', 'The server ended the connection.', WRONG_MODE),
};

/** Whatever speaks HiveServer2's protocol. Grants are not to be seen under every kind of authorization, so tables are asked for one by one. */
export function defineHive<F extends FieldShape>(own: HiveKind<F>): Connector {
  const { login } = own;
  const userOf = (details: Partial<DetailsOf<F>>) => login(details).username ?? ANONYMOUS;
  const grant = (what: string, details: Partial<DetailsOf<F>>) => `GRANT SELECT ON ${what} TO USER ${backquoted(userOf(details))};`;
  return defineSqlConnector<F, SqlSession>({
    ...own,
    category: 'warehouse',
    speaks: "HiveServer2's Thrift protocol",
    leastPrivileges: ['GRANT SELECT ON TABLE `<database>`.`<table>` TO USER `<user>`;'],
    connect: ({ credentials, egress }) => openHive(login(credentials), egress),
    server(details) {
      const { host, port } = login(details);
      return { host, port };
    },
    refusals: REFUSALS,
    identity: { query: 'SELECT current_user() AS login_name, current_database() AS database_name, version() AS server_version' },
    async permissions(session, { credentials }) {
      const { schema, tables } = await readTables(session);
      return reportTables(
        tables.slice(0, MOST_TABLES),
        tables.length === 0 ? null : grant(`DATABASE ${backquoted(schema)}`, credentials),
        ({ schema: of, name }) => grant(`TABLE ${backquoted(of, name)}`, credentials),
      );
    },
    parity: {
      login: userOf,
      on: own.on,
      comparesLogins: true,
      async losses(session, inUse, { credentials }) {
        const { tables } = await inUse.read(readTables);
        const lost = [];
        for (const table of tables.slice(0, MOST_TABLES))
          if (table.readable && !(await mayRead(session, table))) lost.push(backquoted(table.schema, table.name));
        return {
          losses: lossesOf(lost, (table) => ({ what: `SELECT on ${table}`, mend: grant(`TABLE ${table}`, credentials) })),
          warnings: tables.length > MOST_TABLES ? [CUT] : [],
        };
      },
    },
  });
}

const CUT = problem(
  'SKIPPED',
  `the database has more than ${MOST_TABLES} tables`,
  `Only the first ${MOST_TABLES} tables of the database were compared.`,
  'Check the others by hand, or compare the grants of both logins.',
);
