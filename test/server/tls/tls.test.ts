import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { StartupError } from '../../../src/domain/errors/startup-error.ts';
import { readCertificate } from '../../../src/server/connections/certificate.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../../support/fakes/test-certificate.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { keepLog } from '../../support/gateway/kept-log.ts';

/** Connections that one address may have: while they are held, nobody else is served. */
const LIMIT = 3;
const folder = mkdtempSync(join(tmpdir(), 'changeover-tls-'));
const certFile = join(folder, 'cert.pem');
const keyFile = join(folder, 'key.pem');
const log = keepLog();
let gateway: TestGateway;
let server: Server;
let port: number;

beforeAll(async () => {
  writeFileSync(certFile, TEST_CERTIFICATE.cert);
  writeFileSync(keyFile, TEST_CERTIFICATE.key);
  gateway = await startGateway({
    settings: {
      CHANGEOVER_TLS_CERT_FILE: certFile,
      CHANGEOVER_TLS_KEY_FILE: keyFile,
      CHANGEOVER_CONNECTIONS_PER_ADDRESS: String(LIMIT),
      CHANGEOVER_LOG_LEVEL: 'info',
    },
    patience: { everyMs: 5, lingerMs: 20, handshakeMs: 50 },
    logStream: log.stream,
  });
  server = await gateway.app.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await gateway.close();
});

const options = () => ({ host: '127.0.0.1', port, ca: TEST_AUTHORITY, servername: 'localhost' });

async function ask(method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const sent = request({ ...options(), method, path, headers: { connection: 'close', ...headers } });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const piece of answer) text += piece;
  return { status: answer.statusCode, headers: answer.headers, text };
}

async function open(bytes: string): Promise<TLSSocket> {
  const { host, ...secured } = options();
  const socket = connect({ ...secured, socket: connectPlain({ host, port, allowHalfOpen: true }) });
  await once(socket, 'secureConnect');
  socket.write(bytes);
  return socket;
}

async function textOf(socket: TLSSocket): Promise<string> {
  let text = '';
  for await (const piece of socket) text += piece;
  return text;
}

const isServed = () =>
  ask('GET', '/livez').then(
    ({ status }) => status,
    () => 0,
  );

const connections = () => new Promise<number>((resolve) => void server.getConnections((_, count) => resolve(count)));

describe('over TLS', () => {
  // Those of the test before count towards the limit until they are gone.
  beforeEach(() => expect.poll(connections).toBe(0));

  test('requests are served, and a browser is told to come over TLS alone', async () => {
    const { status, headers, text } = await ask('GET', '/livez');
    expect({ status, text, hsts: headers['strict-transport-security'] }).toEqual({
      status: 200,
      text: '{"status":"ok"}',
      hsts: 'max-age=31536000',
    });
  });

  test('a session is a cookie that never travels in the clear', async () => {
    const body = JSON.stringify({ token: gateway.owner.secret });
    const headers = { 'content-type': 'application/json', 'x-changeover-csrf': '1', host: 'localhost', origin: 'https://localhost' };
    const answer = await ask('POST', '/explorer/session', headers, body);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect({ status: answer.status, cookie: cookie.replace(/=[^;]*/, '=') }).toEqual({
      status: 204,
      cookie: expect.stringMatching(/^__Host-changeover_session=;.*Secure/),
    });
  });

  test('bytes that are no request are answered and ended', async () => {
    expect(await textOf(await open('x\r\n\r\n'))).toContain('HTTP/1.1 400 Bad Request');
  });

  test('a client that has ended its side is answered', async () => {
    const socket = await open('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.end();
    expect(await textOf(socket)).toContain('HTTP/1.1 200 OK');
  });

  test('clients that never close their side keep no connection, so that the next is served', async () => {
    const held = await Promise.all(Array.from({ length: LIMIT }, () => open('x\r\n\r\n')));
    for (const socket of held) socket.on('error', () => {}).resume();
    await expect.poll(isServed).toBe(200);
    for (const socket of held) socket.destroy();
  });

  test.each([
    ['say nothing', null],
    ['never get to the end of their first message', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
    ['speak something else, and wait', Buffer.from('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')],
  ])('clients that %s keep no connection, so that the next is served', async (_, said) => {
    const held = await Promise.all(
      Array.from({ length: LIMIT }, async () => {
        const socket = connectPlain({ host: '127.0.0.1', port, allowHalfOpen: true }).on('error', () => {});
        await once(socket, 'connect');
        if (said !== null) socket.write(said);
        return socket.resume();
      }),
    );
    await expect.poll(isServed).toBe(200);
    for (const socket of held) socket.destroy();
  });

  test('who speaks without it is not answered, and the gateway goes on', async () => {
    const plain = await fetch(`http://127.0.0.1:${port}/livez`).then(
      () => 'answered',
      () => 'refused',
    );
    expect([plain, (await ask('GET', '/livez')).status]).toEqual(['refused', 200]);
  });

  test('a certificate is read anew, and one that does not fit leaves the one before', async () => {
    const served = async () => {
      let shown = '';
      const look = (_: string, { fingerprint256 }: { readonly fingerprint256: string }) => {
        shown = fingerprint256;
      };
      const socket = connect({ ...options(), checkServerIdentity: look as () => undefined });
      await once(socket, 'secureConnect');
      socket.destroy();
      return shown;
    };
    writeFileSync(keyFile, 'no key');
    gateway.app.renewCertificate(server);
    const kept = await served();
    writeFileSync(keyFile, TEST_CERTIFICATE.key);
    gateway.app.renewCertificate(server);
    const { fingerprint256 } = new X509Certificate(TEST_CERTIFICATE.cert);
    expect({ kept, again: await served(), told: [log.of('certificate not read').length, log.of('certificate read').length] }).toEqual({
      kept: fingerprint256,
      again: fingerprint256,
      told: [1, 1],
    });
  });
});

describe('a start says what is wrong with the certificate', () => {
  const said = (work: () => unknown) => {
    try {
      work();
      return 'nothing';
    } catch (error) {
      return error instanceof StartupError ? error.message : 'something else';
    }
  };
  const other = join(folder, 'other.pem');

  test.each([
    ['one setting of two', () => readConfig({ CHANGEOVER_TLS_CERT_FILE: certFile }), /must be set together/],
    ['a file that is not there', () => readCertificate({ certFile: join(folder, 'none.pem'), keyFile }), /CERT_FILE names a file.*ENOENT/],
    ['what is no certificate', () => readCertificate({ certFile: keyFile, keyFile }), /CERT_FILE must hold a certificate/],
    [
      'the key of another',
      () => {
        copyFileSync(certFile, other);
        return readCertificate({ certFile, keyFile: other });
      },
      /KEY_FILE must hold the private key/,
    ],
  ])('%s', (_, work, message) => {
    expect(said(work)).toMatch(message);
  });
});
