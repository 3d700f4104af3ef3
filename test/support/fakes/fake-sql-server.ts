import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { TEST_CERTIFICATE } from './test-certificate.ts';

/**
 * A FAKE of SQL Server's login exchange, made from [MS-TDS] (https://learn.microsoft.com/openspecs/windows_protocols/ms-tds): prelogin, TLS
 * wrapped into prelogin messages, LOGIN7 with its password or federated token, and statements as batches. Users, passwords, tokens and
 * databases are really checked; a login that comes without TLS is kept, so that a test can say that there was none.
 */
export interface FakeSqlServer {
  readonly port: number;
  /** Logins that were received, with what they brought and whether that was encrypted. */
  readonly logins: FakeLogin[];
  close(): void;
}

export interface FakeLogin {
  readonly user: string;
  readonly secret: string;
  readonly database: string;
  readonly encrypted: boolean;
}

export interface FakeSqlUser {
  readonly user: string;
  readonly password?: string;
  readonly token?: string;
  /** Roles and rights, as rows of level, object, schema and right. */
  readonly rights: readonly (readonly [level: string, object: string, schema: string, right: string])[];
}

interface Options {
  readonly users: readonly FakeSqlUser[];
  readonly databases: readonly string[];
  readonly edition: number;
  /** Whether it says that it can encrypt. */
  readonly encrypts?: boolean;
  /** Where it sends its clients to, in place of answering. */
  readonly routesTo?: { readonly host: string; readonly port: number };
}

const [PRELOGIN, LOGIN7, BATCH, REPLY] = [0x12, 0x10, 0x01, 0x04];

export async function startFakeSqlServer(options: Options): Promise<FakeSqlServer> {
  const logins: FakeLogin[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket, options, logins);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    logins,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(socket: Socket, options: Options, logins: FakeLogin[]): void {
  const { encrypts = true } = options;
  let user: FakeSqlUser | null = null;
  let transport: Duplex | null = null;
  const answer = (to: Duplex, encrypted: boolean) =>
    messages((type, body) => {
      if (type === LOGIN7) {
        const login = readLogin(body, encrypted);
        logins.push(login);
        const [reply, found] = logIn(login, options);
        user = found;
        to.write(packet(REPLY, reply));
      } else if (type === BATCH && user !== null) {
        const text = body.subarray(body.readUInt32LE(0)).toString('utf16le');
        to.write(packet(REPLY, run(text, user, options)));
      }
    });
  const plain = messages((type, body) => {
    if (type === PRELOGIN && transport === null) {
      socket.write(packet(REPLY, prelogin(encrypts, body)));
      if (encrypts) {
        socket.removeAllListeners('data');
        transport = wrapped(socket);
        const secure = new TLSSocket(transport, { isServer: true, maxVersion: 'TLSv1.2', ...TEST_CERTIFICATE });
        secure.on('error', () => socket.destroy()).on('data', answer(secure, true));
      }
    } else answer(socket, false).whole(type, body);
  });
  socket.on('data', plain);
}

/** Puts the packets of a message together. `whole` takes one that is. */
function messages(take: (type: number, body: Buffer) => void) {
  let pending = Buffer.alloc(0);
  let body = Buffer.alloc(0);
  const receive = (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= pending.readUInt16BE(2)) {
      const [type = 0, status = 0] = pending;
      const length = pending.readUInt16BE(2);
      body = Buffer.concat([body, pending.subarray(8, length)]);
      pending = pending.subarray(length);
      if ((status & 1) === 0) continue;
      const message = body;
      body = Buffer.alloc(0);
      take(type, message);
    }
  };
  return Object.assign(receive, { whole: take });
}

/** TLS's handshake travels in prelogin messages, and what follows it as it is. */
function wrapped(socket: Socket): Duplex {
  let flight = Buffer.alloc(0);
  const receive = messages((_, body) => duplex.push(body));
  const duplex = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, done) {
      // Content types of TLS: application data is 23, and all else belongs to the handshake here.
      if (chunk[0] === 23) socket.write(chunk);
      else {
        if (flight.length === 0)
          setImmediate(() => {
            socket.write(packet(PRELOGIN, flight));
            flight = Buffer.alloc(0);
          });
        flight = Buffer.concat([flight, chunk]);
      }
      done();
    },
  });
  let isWrapped = true;
  socket.on('data', (chunk: Buffer) => {
    isWrapped &&= chunk[0] === PRELOGIN;
    if (isWrapped) receive(chunk);
    else duplex.push(chunk);
  });
  socket.on('close', () => duplex.push(null));
  return duplex;
}

function packet(type: number, body: Buffer): Buffer {
  const header = Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(body.length + 8, 2);
  return Buffer.concat([header, body]);
}

/** Version, encryption, and whether a federated token is wanted, where it was asked. */
function prelogin(encrypts: boolean, asked: Buffer): Buffer {
  const wantsToken =
    asked.includes(Buffer.from([6])) && asked.subarray(0, asked.indexOf(0xff)).filter((byte, at) => at % 5 === 0 && byte === 6).length > 0;
  const options: readonly (readonly [number, Buffer])[] = [
    [0, Buffer.from([16, 0, 0, 0, 0, 0])],
    [1, Buffer.from([encrypts ? 1 : 2])],
    ...(wantsToken ? ([[6, Buffer.from([1])]] as const) : []),
  ];
  let offset = options.length * 5 + 1;
  const heads = options.map(([token, data]) => {
    const head = Buffer.from([token, 0, 0, 0, 0]);
    head.writeUInt16BE(offset, 1);
    head.writeUInt16BE(data.length, 3);
    offset += data.length;
    return head;
  });
  return Buffer.concat([...heads, Buffer.from([0xff]), ...options.map(([, data]) => data)]);
}

function readLogin(body: Buffer, encrypted: boolean): FakeLogin {
  const field = (at: number) => body.subarray(body.readUInt16LE(at), body.readUInt16LE(at) + body.readUInt16LE(at + 2) * 2);
  const password = Buffer.from(field(44).map((byte) => (((byte ^ 0xa5) & 0x0f) << 4) | (((byte ^ 0xa5) & 0xf0) >> 4)));
  return {
    user: field(40).toString('utf16le'),
    secret: tokenOf(body) ?? password.toString('utf16le'),
    database: field(68).toString('utf16le'),
    encrypted,
  };
}

/** The federated token among the features that a login asks for. */
function tokenOf(body: Buffer): string | null {
  const hasFeatures = ((body[27] ?? 0) & 0x10) !== 0;
  if (!hasFeatures) return null;
  let at = body.readUInt32LE(body.readUInt16LE(56));
  while (body[at] !== 0xff && at < body.length) {
    const length = body.readUInt32LE(at + 1);
    if (body[at] === 2) return body.subarray(at + 10, at + 10 + body.readUInt32LE(at + 6)).toString('utf16le');
    at += 5 + length;
  }
  return null;
}

function logIn({ user, secret, database }: FakeLogin, { users, databases, routesTo }: Options): readonly [Buffer, FakeSqlUser | null] {
  const found = users.find((one) => (one.token === undefined ? one.user === user && one.password === secret : one.token === secret));
  if (found === undefined) return [refused(18456, 14, `Login failed for user '${user}'.`), null];
  if (database !== '' && !databases.includes(database))
    return [refused(4060, 11, `Cannot open database "${database}" requested by the login.`), null];
  const acknowledged = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), short('Fake SQL Server'), Buffer.from([16, 0, 0, 0])]);
  return [Buffer.concat([token(0xad, acknowledged), ...(routesTo === undefined ? [] : [routing(routesTo)]), done(0)]), found];
}

function routing({ host, port }: { readonly host: string; readonly port: number }): Buffer {
  const name = Buffer.from(host, 'utf16le');
  const value = Buffer.alloc(5);
  value.writeUInt16LE(port, 1);
  value.writeUInt16LE(host.length, 3);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(value.length + name.length);
  return token(0xe3, Buffer.concat([Buffer.from([20]), length, value, name, Buffer.from([0, 0])]));
}

function run(sql: string, { user, rights }: FakeSqlUser, { edition, databases }: Options): Buffer {
  if (sql === 'SELECT 1 AS [one]') return rows(['one'], [['1']]);
  if (sql.startsWith('SELECT SUSER_SNAME()'))
    return rows(
      ['login', 'user', 'database', 'edition', 'owner'],
      [[user, user, databases[0] ?? '', String(edition), rights.some(([, , , right]) => right === 'db_owner') ? '1' : '0']],
    );
  if (sql === 'SELECT USER_NAME() AS [user]') return rows(['user'], [[user]]);
  if (sql.startsWith("SELECT 'ROLE'")) return rows(['level', 'object', 'schema', 'right'], rights);
  if (sql.startsWith('SELECT TOP (10001) s.name AS [schema]')) {
    const only = /s\.name = N'(\w+)'/.exec(sql)?.[1];
    return rows(
      ['schema', 'table', 'field', 'own'],
      COLUMNS.filter(([schema]) => only === undefined || schema === only),
    );
  }
  if (sql.startsWith('SELECT s.name AS [schema]')) {
    const readable = rights.some(([level, , schema, right]) => level === 'SCHEMA' && schema === '[sales]' && right === 'SELECT');
    return rows(['schema', 'user', 'tables', 'readable'], [['sales', user, '2', readable ? '2' : '0']]);
  }
  // What the driver sets up its session with.
  return /^\s*set /i.test(sql) ? done(0) : refused(102, 15, 'Incorrect syntax.');
}

/** What every user sees of it: the schema, table and column, and whether the schema is the user's own. */
const COLUMNS = [
  ['dbo', 'accounts', 'id', '1'],
  ['dbo', 'accounts', 'balance', '1'],
  ['sales', 'orders', 'id', '0'],
];

function rows(columns: readonly string[], values: readonly (readonly string[])[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16LE(columns.length);
  const heads = columns.map((name) => Buffer.concat([Buffer.from([0, 0, 0, 0, 9, 0, 0xe7, 0x40, 0x1f, 9, 4, 0xd0, 0, 0x34]), short(name)]));
  const lines = values.map((row) =>
    Buffer.concat([
      Buffer.from([0xd1]),
      ...row.map((value) => {
        const length = Buffer.alloc(2);
        length.writeUInt16LE(value.length * 2);
        return Buffer.concat([length, Buffer.from(value, 'utf16le')]);
      }),
    ]),
  );
  return Buffer.concat([Buffer.from([0x81]), count, ...heads, ...lines, done(0x10)]);
}

function refused(number: number, severity: number, text: string): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt32LE(number);
  numbers[4] = 1;
  numbers[5] = severity;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  const body = Buffer.concat([numbers, length, Buffer.from(text, 'utf16le'), short('fake'), short(''), Buffer.alloc(4)]);
  return Buffer.concat([token(0xaa, body), done(2)]);
}

function token(type: number, body: Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}

function done(status: number): Buffer {
  const body = Buffer.alloc(13);
  body[0] = 0xfd;
  body.writeUInt16LE(status, 1);
  return body;
}

/** A text with its length before it, in characters. */
function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}
