import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RENEWED_CERTIFICATE, TEST_CERTIFICATE } from '../../support/fakes/test-certificate.ts';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway/gateway-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'changeover-renewal-'));
const certFile = join(folder, 'cert.pem');
const keyFile = join(folder, 'key.pem');
/** One connection, which stands for as long as the suite. */
const standing = new Agent({ keepAlive: true, maxSockets: 1 });
let gateway: GatewayProcess;

const put = ({ cert, key }: typeof TEST_CERTIFICATE) => {
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
};
const fingerprintOf = ({ cert }: typeof TEST_CERTIFICATE) => new X509Certificate(cert).fingerprint256;

beforeAll(async () => {
  put(TEST_CERTIFICATE);
  const settings = { CHANGEOVER_TLS_CERT_FILE: certFile, CHANGEOVER_TLS_KEY_FILE: keyFile, CHANGEOVER_LOG_LEVEL: 'info' };
  gateway = await startGatewayProcess({ settings });
});
afterAll(async () => {
  standing.destroy();
  await gateway.end('SIGKILL');
});

/** What is answered, and the certificate of the connection that it came over. */
async function ask(agent?: Agent) {
  // Which certificate it is, is what is asked; that it is trusted is another suite's.
  const options: RequestOptions = { rejectUnauthorized: false, ...(agent === undefined ? { agent: false } : { agent }) };
  const sent = request(new URL('/livez', gateway.url), options).end();
  const [answer] = await once(sent, 'response');
  const socket = answer.socket as TLSSocket;
  const seen = { status: answer.statusCode, certificate: socket.getPeerCertificate().fingerprint256, port: socket.localPort };
  for await (const _ of answer);
  return seen;
}
const logged = (event: string) => gateway.printed().split(`"${event}"`).length - 1;

test('on SIGHUP a renewed certificate is served, one that is broken is told and not served, and connections stand', async () => {
  const before = await ask(standing);
  put(RENEWED_CERTIFICATE);
  gateway.child.kill('SIGHUP');
  await expect.poll(async () => (await ask()).certificate).toBe(fingerprintOf(RENEWED_CERTIFICATE));
  const after = await ask(standing);

  writeFileSync(keyFile, TEST_CERTIFICATE.key);
  gateway.child.kill('SIGHUP');
  await expect.poll(() => logged('certificate not read')).toBe(1);
  const kept = await ask();
  const still = await ask(standing);

  writeFileSync(certFile, TEST_CERTIFICATE.cert);
  gateway.child.kill('SIGHUP');
  await expect.poll(async () => (await ask()).certificate).toBe(fingerprintOf(TEST_CERTIFICATE));
  expect({
    before: [before.status, before.certificate],
    standing: [after, still].map(({ status, port }) => [status, port === before.port]),
    kept: kept.certificate,
    read: logged('certificate read'),
    quotes: gateway.printed().includes('PRIVATE KEY'),
    ended: await gateway.end('SIGTERM'),
  }).toEqual({
    before: [200, fingerprintOf(TEST_CERTIFICATE)],
    standing: [
      [200, true],
      [200, true],
    ],
    kept: fingerprintOf(RENEWED_CERTIFICATE),
    read: 2,
    quotes: false,
    ended: { code: 0, signal: null },
  });
});
