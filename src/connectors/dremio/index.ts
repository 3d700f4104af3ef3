import { transactional } from '../families/transactional.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { lossesOf } from '../kits/parity.ts';
import { problem, says } from '../kits/problems.ts';
import { reportTables } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { openDremio } from './dremio-session.ts';
import { fields, rules } from './fields.ts';
import { MOST_TABLES, mayRead, readTables, tableName, userOf } from './readable-tables.ts';

/** Dremio, whose jobs read by Arrow Flight: that port is dialled, and the token is proved by the REST API. */
export default defineSqlConnector({
  kind: 'dremio',
  title: 'Dremio',
  category: 'warehouse',
  family: transactional,
  fields,
  rules,
  speaks: 'the REST API, version 3',
  leastPrivileges: ['GRANT SELECT ON <source or space> TO USER "<user>";'],
  tested: { against: 'fake', what: 'a fake of that API, which checks tokens and what their users may read', client: 'dremio-cli' },
  connect: openDremio,
  describes: {
    validate_connection:
      'Connects to the port of Arrow Flight, proves the token by the REST API, and runs a statement; says which of these failed.',
  },
  refusals: {
    401: says('CREDENTIALS_REJECTED', 'Dremio refused the token.', 'Make a new one: it may have expired or been revoked.'),
    404: says('PROTOCOL_ERROR', 'The REST API does not answer there.', 'Check restUrl: it is that of the API, with its version.'),
    PERMISSION: 'ACCESS_DENIED',
    RESOURCE: 'RATE_LIMITED',
  },
  identity: { query: 'SELECT USER AS "user"' },
  async permissions(session) {
    const user = doubleQuoted(await userOf(session));
    const tables = await readTables(session);
    const grant = (on: string) => `GRANT SELECT ON ${on} TO USER ${user};`;
    return reportTables(tables.slice(0, MOST_TABLES), tables.length === 0 ? null : grant('SOURCE <source>'), (table) =>
      grant(`TABLE ${tableName(table)}`),
    );
  },
  parity: {
    login: () => 'the user of the token',
    // A token does not say whose it is, so both are asked what they may read.
    isSame: () => false,
    on: ['host', 'port', 'restUrl'],
    comparesLogins: true,
    async losses(session, inUse) {
      const user = doubleQuoted(await userOf(session));
      const before = await inUse.read(readTables);
      const lost = [];
      for (const table of before.slice(0, MOST_TABLES)) if (table.readable && !(await mayRead(session, table))) lost.push(tableName(table));
      return {
        losses: lossesOf(lost, (table) => ({ what: `SELECT on ${table}`, mend: `GRANT SELECT ON TABLE ${table} TO USER ${user};` })),
        warnings: before.length > MOST_TABLES ? [CUT] : [],
      };
    },
  },
});

const CUT = problem(
  'SKIPPED',
  `there are more than ${MOST_TABLES} tables and views`,
  `Only the first ${MOST_TABLES} tables and views were compared.`,
  'Check the others by hand, or compare the grants of both users.',
);
