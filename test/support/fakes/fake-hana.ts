import { createHash, createHmac, generateKeyPairSync, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { TEST_CERTIFICATE } from './test-certificate.ts';

/**
 * A FAKE of SAP HANA's login exchange, made from its published SQL Command Network Protocol: hello, where a tenant is, both SCRAM messages,
 * error segments, and result sets for the statements of our own kind. It keeps of a password what the server keeps, and really checks
 * proofs; every other statement and message is refused.
 */
export interface FakeHana {
  readonly port: number;
  /** What was proved, or tried to be, by which method. */
  readonly logins: { readonly user: string; readonly method: string }[];
  close(): void;
}

export interface FakeHanaUser {
  readonly user: string;
  readonly password: string;
  /** The code that a login, or the first statement behind it, is refused with. */
  readonly refused?: { readonly at: 'login' | 'statement'; readonly code: number };
  /** Rows of EFFECTIVE_PRIVILEGES: type, schema, object, privilege, grantee, type of the grantee. */
  readonly rights: readonly (readonly (string | null)[])[];
  readonly owned?: readonly string[];
}

interface Options {
  readonly users: readonly FakeHanaUser[];
  readonly tls?: boolean;
  /** Answers a handshake with the alert of a server whose versions of TLS are all too old, and speaks without as well. */
  readonly oldTls?: boolean;
  /** Asks for the password itself, by a key of its own, as it does for users of an LDAP server. */
  readonly wantsPassword?: boolean;
  /** Hangs up on whoever begins to log in. */
  readonly hangsUp?: boolean;
  /** How often it wants the password hashed, 15,000 times unless given. It does not do so itself. */
  readonly rounds?: number;
  /** Says nothing to whoever begins to log in. */
  readonly isSilent?: boolean;
  /** Where the tenants are, by their names: null for this server itself. */
  readonly tenants?: Readonly<Record<string, { readonly host: string; readonly port: number } | null>>;
}

const PARTS = { command: 3, rows: 5, error: 6, resultSet: 13, authentication: 33, metadata: 48, connectInfo: 67 };
const MESSAGES = { execute: 2, authenticate: 65, connect: 66, connectInfo: 82 };
const FUNCTIONS = { none: 0, select: 5, connect: 14 };
const METHOD = 'SCRAMPBKDF2SHA256';
const ITERATIONS = 15_000;
/** A fatal alert: protocol_version (RFC 5246, 7.2). */
const TOO_OLD = Buffer.from([21, 3, 1, 0, 2, 2, 70]);

export async function startFakeHana(options: Options): Promise<FakeHana> {
  const logins: { user: string; method: string }[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    converse(socket, options, logins);
  };
  const server = options.tls === true ? createTlsServer(TEST_CERTIFICATE, serve) : createServer(serve);
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

function converse(socket: Socket, options: Options, logins: FakeHana['logins']): void {
  let pending = Buffer.alloc(0);
  let greeted = false;
  const answer = createAnswers(options, logins);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    if (!greeted && pending.length >= 14) {
      // Whoever greets otherwise, such as in TLS, is hung up on.
      if (pending.readUInt32BE(0) !== 0xffffffff) return options.oldTls === true ? socket.end(TOO_OLD) : socket.destroy();
      greeted = true;
      pending = pending.subarray(14);
      socket.write(Buffer.from([2, 0, 0, 4, 1, 0, 0, 0]));
    }
    while (greeted && pending.length >= 32 && pending.length >= 32 + pending.readUInt32LE(12)) {
      const end = 32 + pending.readUInt32LE(12);
      const packet = pending.subarray(0, end);
      pending = pending.subarray(end);
      if (options.hangsUp === true) return socket.destroy();
      if (options.isSilent === true) continue;
      socket.write(reply(packet, answer(packet[45] ?? 0, partsOf(packet.subarray(32)))));
    }
  });
}

interface Answer {
  readonly code: number;
  readonly parts: readonly (readonly [kind: number, count: number, data: Buffer])[];
}

function createAnswers({ users, wantsPassword = false, rounds = ITERATIONS, tenants = {} }: Options, logins: FakeHana['logins']) {
  let challenge: Challenge | null = null;
  let user: FakeHanaUser | null = null;
  return (type: number, parts: ReadonlyMap<number, Buffer>): Answer => {
    const fields = readFields(parts.get(PARTS.authentication) ?? Buffer.from([0, 0]));
    switch (type) {
      case MESSAGES.connectInfo: {
        const name = tenantOf(parts.get(PARTS.connectInfo) ?? Buffer.alloc(0));
        return Object.hasOwn(tenants, name) ? tellTenant(tenants[name] ?? null) : refused(10, 'database unknown');
      }
      case MESSAGES.authenticate: {
        const asked = fields[0]?.toString('latin1').toUpperCase() ?? '';
        const key = fields[fields.findIndex((field) => field.toString('latin1') === (wantsPassword ? 'LDAP' : METHOD)) + 1];
        // A user that does not exist is asked the same as one that does.
        const known = users.find((one) => one.user === asked) ?? null;
        challenge = {
          user: known,
          verifier: verifierOf(known?.password ?? randomBytes(8).toString('hex')),
          clientKey: key ?? Buffer.alloc(0),
        };
        return authentication(FUNCTIONS.none, wantsPassword ? askPassword(challenge) : ask(challenge, rounds));
      }
      case MESSAGES.connect: {
        const [name = '', method = ''] = fields.map((field) => field.toString('latin1'));
        logins.push({ user: name, method });
        if (challenge?.user === null || challenge === null || method !== METHOD || !isProof(fields[2] ?? Buffer.alloc(0), challenge))
          return refused(10, 'authentication failed');
        if (challenge.user.refused?.at === 'login') return refused(challenge.user.refused.code, 'user is locked');
        ({ user } = challenge);
        return authentication(FUNCTIONS.connect, [Buffer.from(METHOD), proofOfServer(challenge)]);
      }
      case MESSAGES.execute:
        if (user === null) return refused(10, 'authentication failed');
        if (user.refused?.at === 'statement') return refused(user.refused.code, 'user is forced to change password');
        return run(parts.get(PARTS.command)?.toString('utf8') ?? '', user);
      default:
        return refused(-10709, 'unexpected message');
    }
  };
}

interface Verifier {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
  readonly nonce: Buffer;
}

interface Challenge {
  readonly user: FakeHanaUser | null;
  readonly verifier: Verifier;
  readonly clientKey: Buffer;
}

/** What a server keeps of a password: nothing that logs in by itself. */
function verifierOf(password: string): Verifier {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  return { salt, storedKey: sha256(sha256(salted)), serverKey: hmac(salted, salt), nonce: randomBytes(48) };
}

function ask({ verifier: { salt, nonce } }: Challenge, rounds: number): readonly Buffer[] {
  const iterations = Buffer.alloc(4);
  iterations.writeUInt32BE(rounds);
  return [Buffer.from(METHOD), writeFields([salt, nonce, iterations])];
}

function askPassword({ verifier: { nonce }, clientKey }: Challenge): readonly Buffer[] {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  // What the client sent is its nonce and its capabilities, as fields.
  const [clientNonce = Buffer.alloc(0)] = readFields(clientKey);
  return [Buffer.from('LDAP'), writeFields([clientNonce, nonce, Buffer.from(pem), Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])])];
}

function isProof(proof: Buffer, { verifier: { salt, nonce, storedKey }, clientKey }: Challenge): boolean {
  if (proof.length !== 35 || proof.readUInt16BE(0) !== 1 || proof[2] !== 32) return false;
  const signature = hmac(storedKey, Buffer.concat([salt, nonce, clientKey]));
  const key = Buffer.from(proof.subarray(3).map((byte, index) => byte ^ (signature[index] ?? 0)));
  return sha256(key).equals(storedKey);
}

function proofOfServer({ verifier: { salt, nonce, serverKey }, clientKey }: Challenge): Buffer {
  return Buffer.concat([Buffer.from([1, 0, 32]), hmac(serverKey, Buffer.concat([clientKey, salt, nonce]))]);
}

function run(sql: string, { user, rights, owned = [] }: FakeHanaUser): Answer {
  if (sql === 'SELECT 1 AS "one" FROM DUMMY') return resultSet(['one'], [['1']]);
  if (sql.startsWith('SELECT CURRENT_USER'))
    return resultSet(['user', 'sessionUser', 'schema', 'database', 'serverVersion'], [[user, user, user, 'HXE', '2.00.076.00']]);
  if (sql.includes('FROM EFFECTIVE_PRIVILEGES WHERE USER_NAME = CURRENT_USER'))
    return resultSet(['type', 'schema', 'object', 'privilege', 'grantee', 'granteeType'], rights);
  if (sql.endsWith('FROM SCHEMAS WHERE SCHEMA_OWNER = CURRENT_USER'))
    return resultSet(
      ['schema'],
      owned.map((schema) => [schema]),
    );
  return refused(257, 'sql syntax error');
}

function resultSet(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Answer {
  let at = 0;
  const heads = columns.map((name) => {
    const head = Buffer.alloc(24, 0xff);
    // Nullable, NVARCHAR, no fraction, and the name as what is shown.
    Buffer.from([2, 11, 0, 0, 0xff, 0, 0, 0]).copy(head);
    head.writeInt32LE(at, 20);
    at += 1 + Buffer.byteLength(name);
    return head;
  });
  const names = columns.map((name) => Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]));
  const values = rows.flat().map((value) => (value === null ? Buffer.from([255]) : prefixed(Buffer.from(value))));
  return {
    code: FUNCTIONS.select,
    parts: [
      [PARTS.metadata, columns.length, Buffer.concat([...heads, ...names])],
      [PARTS.resultSet, 1, Buffer.alloc(8, 1)],
      [PARTS.rows, rows.length, Buffer.concat(values)],
    ],
  };
}

/** The name of the tenant among the options of the question. */
function tenantOf(part: Buffer): string {
  return part[0] === 1 && part[1] === 29 ? part.subarray(4, 4 + part.readInt16LE(2)).toString('utf8') : '';
}

function tellTenant(at: { readonly host: string; readonly port: number } | null): Answer {
  if (at === null) return { code: FUNCTIONS.none, parts: [[PARTS.connectInfo, 1, Buffer.from([4, 28, 1])]] };
  const port = Buffer.alloc(4);
  port.writeInt32LE(at.port);
  const options = [Buffer.from([4, 28, 0, 2, 29, at.host.length, 0]), Buffer.from(at.host), Buffer.from([3, 3]), port];
  return { code: FUNCTIONS.none, parts: [[PARTS.connectInfo, 3, Buffer.concat(options)]] };
}

function authentication(code: number, fields: readonly Buffer[]): Answer {
  return { code, parts: [[PARTS.authentication, fields.length, writeFields(fields)]] };
}

function refused(code: number, text: string): Answer {
  const head = Buffer.alloc(18);
  head.writeInt32LE(code);
  head.writeInt32LE(text.length, 8);
  head.writeInt8(1, 12);
  head.write('HY000', 13, 'latin1');
  return { code: -1, parts: [[PARTS.error, 1, Buffer.concat([head, Buffer.from(text)])]] };
}

/** One packet of one segment; an error is a kind of segment of its own. */
function reply(request: Buffer, { code, parts }: Answer): Buffer {
  const bodies = parts.map(([kind, count, data]) => {
    const head = Buffer.alloc(16);
    // The last packet of a result set that is closed with it.
    head.set([kind, kind === PARTS.rows ? 0x11 : 0]);
    head.writeInt16LE(count, 2);
    head.writeInt32LE(data.length, 8);
    return Buffer.concat([head, data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  });
  const body = Buffer.concat(bodies);
  const segment = Buffer.alloc(24);
  segment.writeInt32LE(24 + body.length);
  segment.writeInt16LE(parts.length, 8);
  segment.writeInt16LE(1, 10);
  segment.writeInt8(code < 0 ? 5 : 2, 12);
  segment.writeInt16LE(Math.max(code, 0), 14);
  const packet = Buffer.alloc(32);
  packet.writeUInt32LE(1);
  request.copy(packet, 8, 8, 12);
  packet.writeUInt32LE(24 + body.length, 12);
  packet.writeUInt32LE(24 + body.length, 16);
  packet.writeUInt16LE(1, 20);
  return Buffer.concat([packet, segment, body]);
}

function partsOf(segment: Buffer): ReadonlyMap<number, Buffer> {
  const parts = new Map<number, Buffer>();
  let at = 24;
  for (let left = segment.readInt16LE(8); left > 0; left--) {
    const length = segment.readInt32LE(at + 8);
    parts.set(segment[at] ?? 0, segment.subarray(at + 16, at + 16 + length));
    at += 16 + length + ((8 - (length % 8)) % 8);
  }
  return parts;
}

function readFields(part: Buffer): readonly Buffer[] {
  const fields: Buffer[] = [];
  let at = 2;
  for (let left = part.readUInt16LE(0); left > 0; left--) {
    const isLong = part[at] === 246;
    const length = isLong ? part.readUInt16LE(at + 1) : (part[at] ?? 0);
    at += isLong ? 3 : 1;
    fields.push(part.subarray(at, at + length));
    at += length;
  }
  return fields;
}

function writeFields(fields: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([fields.length, 0]), ...fields.map(prefixed)]);
}

function prefixed(data: Buffer): Buffer {
  const length = data.length <= 245 ? [data.length] : [246, data.length & 0xff, data.length >> 8];
  return Buffer.concat([Buffer.from(length), data]);
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
