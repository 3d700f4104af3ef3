import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fromEbcdic, toEbcdic } from '../../../src/connectors/db2/ebcdic.ts';
import { TEST_CERTIFICATE } from './test-certificate.ts';

/**
 * A FAKE of Db2 behind DRDA, for what Apache Derby, which the suites of servers run, does not have: its catalogue, its release, numbers in
 * the byte order of a PC, texts of the mixed type, and answers that come block by block. Users, passwords and databases are really checked.
 */
export interface FakeDb2 {
  readonly port: number;
  /** Passwords that were received, as they came. */
  readonly passwords: string[];
  close(): void;
}

export interface FakeDb2User {
  readonly user: string;
  readonly password: string;
  /** The code that a right password is refused with. */
  readonly secchkcd?: number;
  readonly roles?: readonly string[];
  readonly authorities?: readonly string[];
  /** As `privilege|type|object`; null where the catalogue may not be read. */
  readonly rights: readonly string[] | null;
}

interface Options {
  readonly users: readonly FakeDb2User[];
  readonly databases: readonly string[];
  readonly tls?: boolean;
  /** How passwords are taken, 3 unless given. */
  readonly mechanism?: number;
}

interface Reply {
  readonly codePoint: number;
  readonly data: Buffer;
}

export async function startFakeDb2(options: Options): Promise<FakeDb2> {
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    converse(socket, options, passwords);
  };
  const server = options.tls === true ? createTlsServer(TEST_CERTIFICATE, serve) : createServer(serve);
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

/** Requests are answered when their chain is whole, all together; what is no frame is hung up on. */
function converse(socket: Socket, options: Options, passwords: string[]): void {
  let pending = Buffer.alloc(0);
  let replies: Reply[] = [];
  const answer = createAnswers(options, passwords);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    if (pending.length >= 3 && pending[2] !== 0xd0) return socket.destroy();
    while (pending.length >= 10 && pending.length >= pending.readUInt16BE(0)) {
      const frame = pending.subarray(0, pending.readUInt16BE(0));
      pending = pending.subarray(frame.length);
      replies.push(...answer(frame.readUInt16BE(8), frame.subarray(10)));
      if (((frame[3] ?? 0) & 0x40) !== 0) continue;
      socket.write(Buffer.concat(replies.map((reply, index) => framed(reply, index < replies.length - 1))));
      replies = [];
    }
  });
}

type Answers = (codePoint: number, data: Buffer) => readonly Reply[];

function createAnswers({ users, databases, mechanism = 3 }: Options, passwords: string[]): Answers {
  let user: FakeDb2User | null = null;
  let entered = false;
  let statement: readonly Reply[] = [];
  let blocks: Reply[] = [];
  const knows = (name: Buffer | undefined) => databases.some((database) => toEbcdic(database.padEnd(18)).equals(name ?? Buffer.alloc(0)));
  return (codePoint, data) => {
    const given = codePoint === 0x2414 ? new Map<number, Buffer>() : parameters(data);
    switch (codePoint) {
      case 0x1041:
        return [reply(0x1443, [0x115a, toEbcdic('SQL12010')])];
      case 0x106d:
        return [reply(0x14ac, [0x11a2, number(mechanism)])];
      case 0x106e: {
        const [name, password] = [0x11a0, 0x11a1].map((one) => fromEbcdic(given.get(one) ?? Buffer.alloc(0)));
        passwords.push(password ?? '');
        const known = users.find((one) => one.user === name?.toUpperCase());
        const code = known === undefined ? 0x13 : known.password === password ? (known.secchkcd ?? 0) : 0x0f;
        if (code === 0) user = known ?? null;
        return [reply(0x1219, [0x1149, number(code === 0 ? 0 : 8)], [0x11a4, Buffer.from([code])])];
      }
      case 0x2001:
        if (user === null) return [];
        if (!knows(given.get(0x2110))) return [reply(0x2211, [0x1149, number(8)]), sqlca(-30061)];
        entered = given.get(0x210f)?.readUInt16BE(0) === 0x2407 && given.get(0x002f)?.equals(toEbcdic('QTDSQLASC')) === true;
        return entered ? [reply(0x2201, [0x1149, number(0)], [0x002f, toEbcdic('QTDSQLX86')])] : [reply(0x1252, [0x1149, number(8)])];
      case 0x200d:
        return [];
      case 0x2414:
        statement = user === null || !entered ? [reply(0x2204, [0x1149, number(8)])] : run(readStatement(data), user);
        return statement.length === 1 ? statement : [{ codePoint: 0x2411, data: Buffer.from([0xff]) }];
      case 0x200c: {
        if (statement.length === 1) return [];
        const [description, ...rest] = statement;
        blocks = [...rest];
        return [reply(0x2205, [0x1149, number(0)], [0x215b, Buffer.alloc(8, 7)]), ...(description === undefined ? [] : [description])];
      }
      case 0x2006: {
        if (given.get(0x215b)?.equals(Buffer.alloc(8, 7)) !== true) return [reply(0x2202, [0x1149, number(8)])];
        const block = blocks.shift();
        return block === undefined ? [reply(0x220b, [0x1149, number(4)]), sqlca(100)] : [block];
      }
      default:
        return [reply(0x1250, [0x1149, number(8)])];
    }
  };
}

/** The description of a column and its blocks, which cut the second row in two; or a refusal alone. */
function run(sql: string, { user, roles = [], authorities = [], rights }: FakeDb2User): readonly Reply[] {
  if (sql === `VALUES CAST('1' AS VARCHAR(1))`) return rows(['1']);
  if (sql.startsWith("VALUES CAST(SESSION_USER || '|' || CURRENT SERVER")) return rows([`${user}|TARGET|${user}`]);
  if (sql.startsWith('SELECT DISTINCT') && sql.includes('AUTH_LIST_ROLES_FOR_AUTHID')) return rows(roles.map((role) => `${role}|ROLE|`));
  if (sql.includes('AUTH_LIST_AUTHORITIES_FOR_AUTHID')) return rows(authorities.map((one) => `${one}|AUTHORITY|`));
  if (sql.includes('FROM SYSIBMADM.PRIVILEGES p')) return rights === null ? [sqlca(-551)] : rows(rights);
  return [sqlca(-104)];
}

function rows(values: readonly string[]): readonly Reply[] {
  const body = Buffer.concat(
    values.map((value) => Buffer.concat([Buffer.from([0xff, 0, 0]), number(Buffer.byteLength(value)), Buffer.from(value)])),
  );
  const cut = Math.ceil(body.length / 2);
  return [
    { codePoint: 0x241a, data: Buffer.from([6, 0x76, 0xd0, 0x3f, 0x03, 0xe8]) },
    { codePoint: 0x241b, data: body.subarray(0, cut) },
    { codePoint: 0x241b, data: body.subarray(cut) },
  ];
}

/** Numbers of an SQLCA are in the byte order of the server's machine. */
function sqlca(code: number): Reply {
  const head = Buffer.alloc(10);
  head.writeInt32LE(code, 1);
  head.write(code === 100 ? '02000' : '42501', 5, 'latin1');
  return { codePoint: 0x2408, data: Buffer.concat([head, Buffer.from('SQLRIXXX'), Buffer.from([0xff, 0xff])]) };
}

/** A statement with a mark that it is there and its length, and a second one that is not. */
function readStatement(data: Buffer): string {
  const length = data.readUInt32BE(1);
  return data[0] === 0 && data.length === length + 6 && data[length + 5] === 0xff ? data.subarray(5, 5 + length).toString('utf8') : '';
}

function parameters(data: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= data.length; at += data.readUInt16BE(at))
    found.set(data.readUInt16BE(at + 2), data.subarray(at + 4, at + data.readUInt16BE(at)));
  return found;
}

function reply(codePoint: number, ...given: readonly (readonly [number, Buffer])[]): Reply {
  const data = given.map(([name, value]) => Buffer.concat([number(value.length + 4), number(name), value]));
  return { codePoint, data: Buffer.concat(data) };
}

function framed({ codePoint, data }: Reply, isChained: boolean): Buffer {
  const head = [
    number(data.length + 10),
    Buffer.from([0xd0, isChained ? 0x42 : 0x02]),
    number(1),
    number(data.length + 4),
    number(codePoint),
  ];
  return Buffer.concat([...head, data]);
}

function number(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
