import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { thrift as service } from 'hive-driver';
import thrift from 'thrift';
import { TEST_CERTIFICATE } from './test-certificate.ts';

/**
 * A FAKE of HiveServer2 and of Spark's Thrift server, on the service that Apache's own definition (TCLIService.thrift) generates: SASL's
 * PLAIN exchange, or none, over TCP, and Basic authentication over HTTP at /cliservice. Passwords are really checked. Of SQL it knows what
 * the connector asks.
 */
export interface FakeHive {
  readonly port: number;
  /** Passwords that were received, right ones and wrong ones. */
  readonly passwords: string[];
  close(): void;
}

export interface FakeHiveUser {
  readonly name: string;
  readonly password: string;
  readonly reads: readonly string[];
}

interface Options {
  readonly users: readonly FakeHiveUser[];
  readonly mode: 'SASL' | 'NOSASL' | 'HTTP';
  readonly tls?: boolean;
}

const { TCLIService, TCLIService_types: types } = service;
const TABLES = ['lines', 'orders'];
const OK = new types.TStatus({ statusCode: types.TStatusCode.SUCCESS_STATUS });

export async function startFakeHive({ users, mode, tls = false }: Options): Promise<FakeHive> {
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  const find = (name: string, password: string) => {
    passwords.push(password);
    return users.find((user) => user.name === name && user.password === password);
  };
  const server: Server | HttpServer = mode === 'HTTP' ? httpServer(find) : tcpServer((socket) => sockets.add(socket), mode, tls, find);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passwords,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

type Find = (name: string, password: string) => FakeHiveUser | undefined;

function tcpServer(opened: (socket: Socket) => void, mode: 'SASL' | 'NOSASL', tls: boolean, find: Find): Server {
  const serve = (socket: Socket) => {
    opened(socket.on('error', () => {}));
    let user: FakeHiveUser | undefined = mode === 'NOSASL' ? { name: 'anonymous', password: '', reads: TABLES } : undefined;
    let pending = Buffer.alloc(0);
    let mechanism: string | null = null;
    const Transport = mode === 'NOSASL' ? thrift.TBufferedTransport : thrift.TFramedTransport;
    const receive = Transport.receiver((input: unknown) => process(input, Transport, user, (answer) => socket.write(answer)), 0);
    socket.on('data', (chunk: Buffer) => {
      if (user !== undefined) {
        try {
          return receive(chunk);
        } catch {
          // What is no message ends the connection, as it does there.
          return socket.destroy();
        }
      }
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 5) {
        const [status = 0, length] = [pending[0], pending.readUInt32BE(1)];
        // What speaks another protocol, TLS say, is answered at its first byte, as Thrift's own transport does.
        if (status < 1 || status > 5) return socket.end(saslPacket(4, `Invalid status ${status}`));
        if (pending.length < 5 + length) return;
        const body = pending.subarray(5, 5 + length).toString('utf8');
        pending = pending.subarray(5 + length);
        if (mechanism === null) {
          if (status !== 1) return socket.end(saslPacket(4, `Expecting START status, received ${status}`));
          if (body !== 'PLAIN') return socket.end(saslPacket(3, `Unsupported mechanism type ${body}`));
          mechanism = body;
        } else {
          const [, name = '', password = ''] = body.split('\0');
          user = find(name, password);
          if (user === undefined) return socket.end(saslPacket(3, 'Error validating the login'));
          return socket.write(saslPacket(5, ''));
        }
      }
    });
  };
  return tls ? createTlsServer(TEST_CERTIFICATE, serve) : createServer(serve);
}

function httpServer(find: Find): HttpServer {
  return createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [name = '', ...password] = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64')
        .toString('utf8')
        .split(':');
      const user = find(name, password.join(':'));
      if (request.url !== '/cliservice') return response.writeHead(405).end('HTTP method POST is not supported by this URL');
      if (user === undefined) return response.writeHead(401).end('Error: Authentication Error');
      const receive = thrift.TBufferedTransport.receiver(
        (input: unknown) =>
          process(input, thrift.TBufferedTransport, user, (answer) =>
            response.writeHead(200, { 'content-type': 'application/x-thrift' }).end(answer),
          ),
        0,
      );
      receive(Buffer.concat(chunks));
    });
  });
}

function saslPacket(status: number, text: string): Buffer {
  const header = Buffer.alloc(5);
  header[0] = status;
  header.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([header, Buffer.from(text)]);
}

type Transport = typeof thrift.TBufferedTransport | typeof thrift.TFramedTransport;

function process(input: unknown, Transport: Transport, user: FakeHiveUser | undefined, send: (answer: Buffer) => void): void {
  const processor = new TCLIService.Processor(handlerFor(user));
  // The typings know neither a transport that only sends nor one that was received.
  const output = new thrift.TBinaryProtocol(
    new (Transport as unknown as new (buffer: undefined, send: (answer: Buffer) => void) => never)(undefined, send),
  );
  processor.process(new thrift.TBinaryProtocol(input as never), output);
}

function handlerFor(user: FakeHiveUser | undefined) {
  const identifier = (text: string) => new types.THandleIdentifier({ guid: Buffer.from(text), secret: Buffer.alloc(16) });
  const failed = (errorMessage: string, sqlState: string) =>
    new types.TStatus({ statusCode: types.TStatusCode.ERROR_STATUS, errorMessage, sqlState, errorCode: 0 });
  return {
    OpenSession(request: { readonly configuration?: Readonly<Record<string, string>> }, done: (error: null, answer: object) => void) {
      const database = request.configuration?.['use:database'] ?? 'default';
      const status =
        database === 'default' || database === 'sales'
          ? OK
          : failed(`org.apache.hive.service.cli.HiveSQLException: NoSuchDatabaseException ${database}`, '42000');
      done(
        null,
        new types.TOpenSessionResp({
          status,
          serverProtocolVersion: 9,
          sessionHandle: new types.TSessionHandle({ sessionId: identifier(database.padEnd(16)) }),
        }),
      );
    },
    CloseSession: (_: object, done: (error: null, answer: object) => void) => done(null, new types.TCloseSessionResp({ status: OK })),
    CloseOperation: (_: object, done: (error: null, answer: object) => void) => done(null, new types.TCloseOperationResp({ status: OK })),
    ExecuteStatement(
      request: { readonly statement: string; readonly sessionHandle: { readonly sessionId: { readonly guid: Buffer } } },
      done: (error: null, answer: object) => void,
    ) {
      const database = request.sessionHandle.sessionId.guid.toString().trim();
      const rows = answerTo(request.statement, database, user);
      const status = typeof rows === 'string' ? failed(rows, '42000') : OK;
      made += 1;
      const operationId = identifier(String(made).padEnd(16));
      if (typeof rows !== 'string') results.set(operationId.guid.toString(), rows);
      done(
        null,
        new types.TExecuteStatementResp({
          status,
          operationHandle: new types.TOperationHandle({ operationId, operationType: 0, hasResultSet: true }),
        }),
      );
    },
    GetOperationStatus: (_: object, done: (error: null, answer: object) => void) =>
      done(
        null,
        new types.TGetOperationStatusResp({ status: OK, operationState: types.TOperationState.FINISHED_STATE, hasResultSet: true }),
      ),
    GetResultSetMetadata(request: OperationRequest, done: (error: null, answer: object) => void) {
      const [first = {}] = rowsOf(request);
      const columns = Object.keys(first).map(
        (columnName, position) =>
          new types.TColumnDesc({
            columnName,
            position: position + 1,
            typeDesc: new types.TTypeDesc({
              types: [new types.TTypeEntry({ primitiveEntry: new types.TPrimitiveTypeEntry({ type: types.TTypeId.STRING_TYPE }) })],
            }),
          }),
      );
      done(null, new types.TGetResultSetMetadataResp({ status: OK, schema: new types.TTableSchema({ columns }) }));
    },
    FetchResults(request: OperationRequest, done: (error: null, answer: object) => void) {
      const id = request.operationHandle.operationId.guid.toString();
      const rows = fetched.has(id) ? [] : rowsOf(request);
      fetched.add(id);
      const columns = Object.keys(rowsOf(request)[0] ?? {}).map(
        (name) =>
          new types.TColumn({
            stringVal: new types.TStringColumn({ values: rows.map((row) => String(row[name])), nulls: Buffer.alloc(1) }),
          }),
      );
      done(
        null,
        new types.TFetchResultsResp({
          status: OK,
          hasMoreRows: false,
          results: new types.TRowSet({ startRowOffset: 0, rows: [], columns }),
        }),
      );
    },
  };
}

interface OperationRequest {
  readonly operationHandle: { readonly operationId: { readonly guid: Buffer } };
}

type Row = Readonly<Record<string, string>>;

/** Rows of operations, and whether they were fetched: a driver asks until there are none. */
const results = new Map<string, readonly Row[]>();
const fetched = new Set<string>();
let made = 0;

function rowsOf({ operationHandle }: OperationRequest): readonly Row[] {
  return results.get(operationHandle.operationId.guid.toString()) ?? [];
}

/** Rows, or what the server says of a statement that it refuses. */
function answerTo(sql: string, database: string, user: FakeHiveUser | undefined): readonly Row[] | string {
  if (sql === 'SELECT 1') return [{ '1': '1' }];
  if (sql.startsWith('SELECT current_user()')) return [{ login_name: user?.name ?? '', database_name: database, server_version: '4.0.1' }];
  if (sql === 'SELECT current_database() AS database_name') return [{ database_name: database }];
  if (sql === `SHOW TABLES IN \`${database}\``) return TABLES.map((tab_name) => ({ tab_name }));
  const table = new RegExp(`^SELECT \\* FROM \`${database}\`\\.\`(.*)\` LIMIT 0$`).exec(sql)?.[1];
  if (table === undefined) return 'Error while compiling statement: FAILED: ParseException';
  return user?.reads.includes(table) === true ? [{ id: '1' }] : 'HiveAccessControlException Permission denied';
}
