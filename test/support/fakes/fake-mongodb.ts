/// <reference path="../../../src/connectors/mongodb/mongodb.d.ts" />
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BSON } from 'mongodb';

/**
 * A FAKE of MongoDB, made from its specifications (https://github.com/mongodb/specifications): OP_QUERY for the first hello, OP_MSG, SCRAM-SHA-256
 * (RFC 7677) whose proofs are really checked, and the few commands that the kind sends. A user is known in the database that keeps it.
 */
export interface FakeMongodb {
  readonly port: number;
  /** Commands that came after a login, by name. */
  readonly commands: string[];
  close(): void;
}

export interface FakeMongodbUser {
  readonly user: string;
  readonly password: string;
  readonly db: string;
  readonly roles?: readonly { readonly role: string; readonly db: string }[];
  /** Collections of `ledger` that may be read; all of them unless given. */
  readonly reads?: readonly string[];
}

interface Options {
  readonly users: readonly FakeMongodbUser[];
  /** Collections of each database, with the names of their documents' fields. */
  readonly databases: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly tls?: { readonly key: string; readonly cert: string };
}

type Document = Readonly<Record<string, unknown>>;
const ITERATIONS = 4096;
const [QUERY, REPLY, MESSAGE] = [2004, 1, 2013];

export async function startFakeMongodb(options: Options): Promise<FakeMongodb> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket, options, commands);
  };
  const server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(socket: Socket, options: Options, commands: string[]): void {
  let pending = Buffer.alloc(0);
  const answer = conversation(options, commands);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 16) {
      const length = pending.readInt32LE(0);
      // What is no message, such as a handshake of TLS, is hung up on.
      if (length < 16 || length > 1024 * 1024) return void socket.destroy();
      if (pending.length < length) return;
      const message = pending.subarray(0, length);
      pending = pending.subarray(length);
      socket.write(respond(message, answer));
    }
  });
}

function respond(message: Buffer, answer: (command: Document) => Document): Buffer {
  const [id, code] = [message.readInt32LE(4), message.readInt32LE(12)];
  if (code === QUERY) {
    const start = message.indexOf(0, 20) + 9;
    const body = Buffer.from(BSON.serialize(answer(BSON.deserialize(message.subarray(start), { promoteBuffers: true }))));
    const head = Buffer.alloc(20);
    head.writeInt32LE(8, 0);
    head.writeInt32LE(1, 16);
    return framed(id, REPLY, Buffer.concat([head, body]));
  }
  const body = answer(BSON.deserialize(message.subarray(21), { promoteBuffers: true }));
  return framed(id, MESSAGE, Buffer.concat([Buffer.alloc(5), BSON.serialize(body)]));
}

function framed(responseTo: number, code: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(body.length + 16, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(code, 12);
  return Buffer.concat([head, body]);
}

/** One connection: who is logged in, and how far a login has come. */
function conversation({ users, databases }: Options, commands: string[]) {
  let user: FakeMongodbUser | null = null;
  let login: Scram | null = null;
  return (command: Document): Document => {
    const [name = ''] = Object.keys(command);
    if (/^(hello|ismaster)$/i.test(name)) return { ...HELLO, ...mechanismsOf(command, users) };
    if (name === 'saslStart') {
      login = beginScram(String(command.payload), users, String(command.$db));
      return { conversationId: 1, done: false, payload: payloadOf(login.first), ok: 1 };
    }
    if (name === 'saslContinue') {
      const proven = login === null ? null : login.prove(String(command.payload));
      if (proven === null) return refused(18, 'AuthenticationFailed', 'Authentication failed.');
      if (proven.isLast) user = proven.user;
      return { conversationId: 1, done: proven.isLast, payload: payloadOf(proven.payload), ok: 1 };
    }
    if (name === 'endSessions') return { ok: 1 };
    if (user === null) return refused(13, 'Unauthorized', `Command ${name} requires authentication`);
    commands.push(name);
    return run(user, databases, command);
  };
}

const HELLO = {
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
  // Another member that nobody may follow to.
  setName: 'rs0',
  hosts: ['10.0.0.1:27017'],
  ok: 1,
};

function mechanismsOf({ saslSupportedMechs: of }: Document, users: readonly FakeMongodbUser[]): Document {
  return typeof of === 'string' && users.some(({ user, db }) => of === `${db}.${user}`) ? { saslSupportedMechs: ['SCRAM-SHA-256'] } : {};
}

function payloadOf(text: string) {
  return new BSON.Binary(Buffer.from(text));
}

function refused(code: number, codeName: string, errmsg: string): Document {
  return { ok: 0, code, codeName, errmsg };
}

interface Scram {
  readonly first: string;
  prove(text: string): { readonly payload: string; readonly isLast: boolean; readonly user: FakeMongodbUser } | null;
}

function beginScram(clientFirst: string, users: readonly FakeMongodbUser[], db: string): Scram {
  const bare = clientFirst.replace(/^n,,/, '');
  const [, encoded = '', clientNonce = ''] = /^n=([^,]*),r=(.+)$/.exec(bare) ?? [];
  const name = encoded.replaceAll('=2C', ',').replaceAll('=3D', '=');
  const found = users.find((one) => one.user === name && one.db === db);
  const salt = randomBytes(28);
  const nonce = `${clientNonce}${randomBytes(24).toString('base64')}`;
  const first = `r=${nonce},s=${salt.toString('base64')},i=${ITERATIONS}`;
  let isProven = false;
  return {
    first,
    prove(text) {
      if (found !== undefined && isProven && text === '') return { payload: '', isLast: true, user: found };
      const [, without = '', proof = ''] = /^(c=biws,r=[^,]+),p=(.+)$/.exec(text) ?? [];
      if (found === undefined || without !== `c=biws,r=${nonce}`) return null;
      const salted = pbkdf2Sync(found.password, salt, ITERATIONS, 32, 'sha256');
      const clientKey = hmac(salted, 'Client Key');
      const signed = `${bare},${first},${without}`;
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
      const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
      const given = Buffer.from(proof, 'base64');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      isProven = true;
      return { payload: `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`, isLast: true, user: found };
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function run(user: FakeMongodbUser, databases: Options['databases'], command: Document): Document {
  const [name = ''] = Object.keys(command);
  const own = databases[String(command.$db)] ?? {};
  const mayRead = (collection: string) => user.reads?.includes(collection) ?? true;
  if (name === 'ping') return { ok: 1 };
  if (name === 'connectionStatus') return { authInfo: rightsOf(user), ok: 1 };
  if (name === 'listCollections')
    return batch(
      command,
      Object.keys(own)
        .filter(mayRead)
        .map((collection) => ({ name: collection, type: 'collection' })),
    );
  if (name === 'aggregate') {
    const collection = String(command.aggregate);
    return mayRead(collection) ? batch(command, [{ names: own[collection] ?? [] }]) : refused(13, 'Unauthorized', 'not authorized');
  }
  return refused(59, 'CommandNotFound', 'no such command');
}

function batch({ $db }: Document, firstBatch: readonly Document[]): Document {
  return { cursor: { id: 0, ns: `${$db}.x`, firstBatch }, ok: 1 };
}

function rightsOf({ user, db, roles = [], reads }: FakeMongodbUser): Document {
  const actions = (of: string) => (of === 'readWrite' ? ['find', 'listCollections', 'insert', 'update'] : ['find', 'listCollections']);
  const privileges =
    reads === undefined
      ? roles.map((held) => ({ resource: { db: held.db, collection: '' }, actions: actions(held.role) }))
      : reads.map((collection) => ({ resource: { db: 'ledger', collection }, actions: ['find'] }));
  return { authenticatedUsers: [{ user, db }], authenticatedUserRoles: roles, authenticatedUserPrivileges: privileges };
}
