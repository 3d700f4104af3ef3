import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';

const PASSWORD = 'a password that no rogue may read';
const NONCE = Buffer.alloc(20, 0x41);
const pool = createTestPool({ deadlineMs: 60_000 });
afterAll(() => pool.close());

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** A packet: length, sequence number, payload. The wire format is MySQL's client/server protocol, version 10. */
function packet(sequence: number, ...parts: readonly (Buffer | string | readonly number[])[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

const GREETING = packet(
  0,
  [10],
  '8.0.36\0',
  [1, 0, 0, 0],
  NONCE.subarray(0, 8),
  // Capabilities without TLS: protocol 4.1, secure connection, plug-in authentication, local files among them.
  [0, 0xff, 0xf7, 45, 2, 0, 0xff, 0xdf, 21, ...Array.from({ length: 10 }, () => 0)],
  NONCE.subarray(8),
  [0],
  'mysql_native_password\0',
);
const OK = [0, 0, 0, 2, 0, 0, 0];
const switchTo = (plugin: string) => (sequence: number) => packet(sequence, [0xfe], `${plugin}\0`, NONCE, [0]);
const more = (data: Buffer | readonly number[]) => (sequence: number) => packet(sequence, [1], data);
const okay = (sequence: number) => packet(sequence, OK);
const askForFile = (sequence: number) => packet(sequence, [0xfb], '/etc/passwd');

/** Greets, then answers each packet of the client with the next of its script; keeps all that it was sent. */
async function startRogue(script: readonly ((sequence: number) => Buffer)[]) {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let step = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(data);
      const answer = script[step];
      step += 1;
      if (answer === undefined) socket.end();
      else socket.write(answer(((data[3] ?? 0) + 1) % 256));
    });
    socket.write(GREETING);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => Buffer.concat(received),
    packets: received,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What the password looks like once it was sealed for the rogue: xor with the nonce, then RSA. */
function unsealed(packets: readonly Buffer[]): boolean {
  return packets.some((sent) => {
    if (sent.length !== 260) return false;
    const opened = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, sent.subarray(4));
    return Buffer.from(opened.map((byte, index) => byte ^ (NONCE[index % 20] ?? 0))).includes(PASSWORD);
  });
}

describe('a rogue MySQL server gets nothing (#88)', () => {
  test.each([
    ['asks for the password in clear', [switchTo('mysql_clear_password')], 'TLS_REQUIRED'],
    ['asks for it by sha256 with its own key', [switchTo('sha256_password'), more(Buffer.from(publicKey))], 'TLS_REQUIRED'],
    [
      'asks for it by caching_sha2 with its own key',
      [switchTo('caching_sha2_password'), more([4]), more(Buffer.from(publicKey))],
      'TLS_REQUIRED',
    ],
    ['names a method that nobody knows', [switchTo('dialog')], 'PROTOCOL_ERROR'],
    ['answers a login with nonsense', [more([9, 9, 9])], 'PROTOCOL_ERROR'],
    ['asks for a file instead of answering', [okay, askForFile, okay], 'PROTOCOL_ERROR'],
  ])('that %s', async (_, script, code) => {
    const rogue = await startRogue(script);
    const { errors } = await runValidator(pool, 'mysql', 'validate_connection', {
      host: '127.0.0.1',
      port: rogue.port,
      user: 'loader',
      password: PASSWORD,
    });
    rogue.close();
    const sent = rogue.received();
    expect({
      codes: errors.map((error) => error.code),
      readable: sent.includes(PASSWORD),
      unsealed: unsealed(rogue.packets),
      file: sent.includes('root:'),
      asked: rogue.packets.length > 0,
    }).toEqual({ codes: [code], readable: false, unsealed: false, file: false, asked: true });
  });

  test('and is not told that this client would send local files', async () => {
    const rogue = await startRogue([okay]);
    await runValidator(pool, 'mysql', 'validate_connection', { host: '127.0.0.1', port: rogue.port, user: 'loader', password: PASSWORD });
    rogue.close();
    const LOCAL_FILES = 0x80;
    const answers = rogue.packets.filter((sent) => sent.length > 36);
    expect({ isAnswered: answers.length > 0, offersFiles: answers.some((sent) => ((sent[4] ?? 0) & LOCAL_FILES) !== 0) }).toEqual({
      isAnswered: true,
      offersFiles: false,
    });
  });
});
