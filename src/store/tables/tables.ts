import { accessTables } from './access-tables.ts';
import { auditTables } from './audit-tables.ts';
import { changeTables } from './change-tables.ts';
import { connectionTables } from './connection-tables.ts';
import { type Dialect, postgresDialect } from './dialect.postgres.ts';
import { sqliteDialect } from './dialect.sqlite.ts';
import { instanceTables } from './instance-tables.ts';
import { restTables } from './rest-tables.ts';

/**
 * The data model of both engines, said once; times are epoch milliseconds. The SQL is written against PostgreSQL's types, which
 * dialect.sqlite.ts proves to be those of SQLite's rows, too.
 */
function defineTables(dialect: Dialect) {
  return {
    ...instanceTables(dialect),
    ...accessTables(dialect),
    ...connectionTables(dialect),
    ...changeTables(dialect),
    ...restTables(dialect),
    ...auditTables(dialect),
  };
}

export const postgresTables = defineTables(postgresDialect);
export const sqliteTables = defineTables(sqliteDialect);

export type Tables = typeof postgresTables;
