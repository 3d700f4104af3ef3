import type { Duplex } from 'node:stream';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { basicAuthorization } from '../../kits/http/http-auth.ts';
import { HttpFailure } from '../../kits/http/http-session.ts';
import { ServerError } from '../../kits/sql/server-problem.ts';
import { httpsTls } from '../../kits/sql/tls.ts';
import { ANONYMOUS, type HiveLogin } from './hive-login.ts';
import { malformed, readReply, type ThriftStruct, ThriftUnderrun } from './thrift-read.ts';
import { callMessage, type ThriftField } from './thrift-write.ts';

/** Calls the methods of a server, one after the other. */
export interface HiveTransport {
  call(method: string, request: readonly ThriftField[]): Promise<ThriftStruct>;
  close(): void;
}

/** Bytes of one answer. */
const MOST_BYTES = 1024 * 1024;

export function openHttpTransport(login: HiveLogin, egress: EgressSession): HiveTransport {
  const { host, port, path = '/', username = ANONYMOUS, password = ANONYMOUS, isTls, ssl } = login;
  const url = `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const media = 'application/x-thrift';
  const headers = { ...basicAuthorization(username, password), accept: media, 'content-type': media };
  let calls = 0;
  return {
    async call(method, request) {
      calls += 1;
      const body = callMessage(method, calls, request);
      const reply = await egress.fetchHttp(url, { method: 'POST', headers, body, maxBytes: MOST_BYTES, tls: httpsTls(ssl) });
      if (reply.status !== 200) throw new HttpFailure('request', reply.status, { code: '', text: '' });
      return readWhole(Buffer.from(reply.body), method, calls);
    },
    close: () => {},
  };
}

export async function openTcpTransport(login: HiveLogin, egress: EgressSession): Promise<HiveTransport> {
  const { host, port, authMode, isTls, ssl } = login;
  const socket = await egress.openSocket(host, port, isTls ? httpsTls(ssl) : undefined);
  const read = createReader(socket);
  const isFramed = authMode === 'SASL';
  if (isFramed) await logIn(login, socket, read);
  let calls = 0;
  return {
    async call(method, request) {
      calls += 1;
      const message = callMessage(method, calls, request);
      socket.write(isFramed ? framed(message) : message);
      if (!isFramed) return (await read((bytes) => readReply(bytes, method, calls))).result;
      return readWhole((await read((bytes) => readFrame(bytes, 0))).body, method, calls);
    },
    close: () => socket.destroy(),
  };
}

/** The statuses of a packet of Thrift's SASL exchange: TSaslTransport in https://github.com/apache/thrift. */
const SASL = { start: 1, ok: 2, bad: 3, error: 4, complete: 5 };

/** PLAIN, RFC 4616: https://www.rfc-editor.org/rfc/rfc4616. What the server says of a refusal is looked at, and never shown. */
async function logIn({ username = ANONYMOUS, password = ANONYMOUS }: HiveLogin, socket: Duplex, read: Read): Promise<void> {
  const who = Buffer.from(`${username}\0${username}\0${password}`);
  socket.write(Buffer.concat([packet(SASL.start, Buffer.from('PLAIN')), packet(SASL.ok, who)]));
  const { status, body } = await read((bytes) => {
    if (bytes.length === 0) throw new ThriftUnderrun();
    return { ...readFrame(bytes, 1), status: bytes[0] };
  });
  if (status === SASL.complete) return;
  if (status !== SASL.bad && status !== SASL.error) throw malformed();
  throw new ServerError(/validating the login|PLAIN auth failed/i.test(body.toString()) ? 'LOGIN' : 'MECHANISM');
}

function packet(status: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([status]), framed(body)]);
}

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** A length and as many bytes, which begin at `start`. */
function readFrame(bytes: Buffer, start: number): { readonly body: Buffer; readonly length: number } {
  if (bytes.length < start + 4) throw new ThriftUnderrun();
  const end = start + 4 + bytes.readUInt32BE(start);
  // What another protocol answers, such as a TLS alert or a line of HTTP, announces far more than that.
  if (end > MOST_BYTES) throw malformed();
  if (bytes.length < end) throw new ThriftUnderrun();
  return { body: bytes.subarray(start + 4, end), length: end };
}

/** An answer of which nothing more comes. */
function readWhole(bytes: Buffer, method: string, sequence: number): ThriftStruct {
  try {
    return readReply(bytes, method, sequence).result;
  } catch (error) {
    throw error instanceof ThriftUnderrun ? malformed() : error;
  }
}

type Read = <T extends { readonly length: number }>(parse: (bytes: Buffer) => T) => Promise<T>;

/** Waits for bytes until what is parsed is whole. An end of the connection ends it, and so the deadline does. */
function createReader(socket: Duplex): Read {
  const chunks: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]();
  let pending = Buffer.alloc(0);
  return async (parse) => {
    for (;;) {
      try {
        const parsed = parse(pending);
        pending = pending.subarray(parsed.length);
        return parsed;
      } catch (error) {
        if (!(error instanceof ThriftUnderrun)) throw error;
      }
      if (pending.length > MOST_BYTES) throw malformed();
      const { done, value } = await chunks.next();
      if (done === true) throw new ServerError('CLOSED');
      pending = Buffer.concat([pending, value]);
    }
  };
}
