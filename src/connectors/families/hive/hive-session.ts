import type { EgressSession } from '../../../domain/connector/egress.ts';
import { ServerError } from '../../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../../kits/sql/sql-session.ts';
import { httpsProtection } from '../../kits/sql/tls.ts';
import { ANONYMOUS, type HiveLogin } from './hive-login.ts';
import { type HiveTransport, openHttpTransport, openTcpTransport } from './hive-transport.ts';
import { isStruct, listAt, structAt, type ThriftStruct, type ThriftValue, textAt } from './thrift-read.ts';
import { boolField, i16Field, i32Field, i64Field, structField, type ThriftField, textField, textMapField } from './thrift-write.ts';

/** HIVE_CLI_SERVICE_PROTOCOL_V6, the first in which rows come by columns, as all servers of today give them. */
const PROTOCOL = 5;
/** Rows of an answer that are read; nothing that is asked has as many. */
const MOST_ROWS = 1000n;

/**
 * The service of HiveServer2, and of Spark's Thrift server, whose methods and ids are in
 * https://github.com/apache/hive/blob/master/service-rpc/if/TCLIService.thrift. Logs in and opens a session in the database. The driver that
 * npm has is not used: it trusts any certificate unless it is told otherwise, and what it promises never settles after a refusal over HTTP.
 */
export async function openHive(login: HiveLogin, egress: EgressSession): Promise<SqlSession> {
  const { path, username = ANONYMOUS, database, isTls, ssl } = login;
  const transport = path === undefined ? await openTcpTransport(login, egress) : openHttpTransport(login, egress);
  const opened = await ask(transport, 'OpenSession', [
    i32Field(1, PROTOCOL),
    textField(2, username),
    ...(database === undefined ? [] : [textMapField(4, { 'use:database': database })]),
  ]);
  const session = structField(1, structAt(opened, 3).bytes);
  return {
    protection: isTls ? httpsProtection(ssl) : 'none',
    async query(text) {
      // Not in the background: the answer is there once the statement has ended.
      const executed = await ask(transport, 'ExecuteStatement', [session, textField(2, text), boolField(4, false)]);
      const operation = structField(1, structAt(executed, 2).bytes);
      const described = await ask(transport, 'GetResultSetMetadata', [operation]);
      const fetched = await ask(transport, 'FetchResults', [operation, i32Field(2, 0), i64Field(3, MOST_ROWS), i16Field(4, 0)]);
      await ask(transport, 'CloseOperation', [operation]);
      return rowsOf(structAt(described, 2), structAt(fetched, 3));
    },
    async close() {
      await ask(transport, 'CloseSession', [session]).catch(() => {});
      transport.close();
    },
  };
}

/** What a method answers, once its status has been looked at. */
async function ask(transport: HiveTransport, method: string, request: readonly ThriftField[]): Promise<ThriftStruct> {
  const answer = await transport.call(method, request);
  const status = structAt(answer, 1);
  const code = status.members.get(1);
  if (code === SUCCESS || code === SUCCESS_WITH_INFO) return answer;
  throw refusalOf(textAt(status, 3), textAt(status, 5));
}

const SUCCESS = 0;
const SUCCESS_WITH_INFO = 1;

/** The server's words are texts of its programs: looked at, and never shown. Its SQLSTATE is too general to tell these apart. */
function refusalOf(sqlState: string, text: string): ServerError {
  if (/NoSuchDatabaseException|SCHEMA_NOT_FOUND|Database .* (not found|does not exist)/i.test(text)) return new ServerError('DATABASE');
  if (/AccessControlException|Permission denied|does not have .*privilege|INSUFFICIENT_PERMISSIONS/i.test(text))
    return new ServerError('PERMISSION');
  if (/Connection limit per .* reached/i.test(text)) return new ServerError('LIMIT');
  return new ServerError(/^[0-9A-Z]{5}$/.test(sqlState) ? sqlState : 'STATEMENT');
}

/** Columns come one by one, each with its values and a bit for every null among them. */
function rowsOf(schema: ThriftStruct, results: ThriftStruct): readonly SqlRow[] {
  const names = listAt(schema, 1).map((column) => (isStruct(column) ? textAt(column, 1) : ''));
  const columns = listAt(results, 3).map(valuesOf);
  return (columns[0] ?? []).map((_, row) => Object.fromEntries(names.map((name, column) => [name, columns[column]?.[row] ?? null])));
}

function valuesOf(column: ThriftValue): readonly unknown[] {
  const [typed] = isStruct(column) ? column.members.values() : [];
  if (!isStruct(typed)) return [];
  const nulls = typed.members.get(2);
  const isNull = (row: number) => Buffer.isBuffer(nulls) && ((nulls[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  return listAt(typed, 1).map((value, row) => (isNull(row) ? null : Buffer.isBuffer(value) ? value.toString() : value));
}
