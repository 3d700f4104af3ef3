import { createHash, createPrivateKey, createPublicKey, createSign, KeyObject } from 'node:crypto';
import { refusal } from '../problems.ts';

const PEM = /-----BEGIN (RSA |ENCRYPTED )?PRIVATE KEY-----/;

/** Checks only what it looks like. How long decryption takes is set by the key itself, so it is done in a worker, which can be ended. */
export function isPrivateKey(base64: string): boolean {
  return /^[A-Za-z0-9+/=\s]+$/.test(base64) && PEM.test(pemOf(base64));
}

/** An RSA key of a PEM in base64. A Refusal where it is none: the parser's own errors could quote what they read. */
export function readPrivateKey(base64: string, passphrase: string | undefined): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey({ key: pemOf(base64), format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {}
  if (key?.asymmetricKeyType !== 'rsa')
    throw refusal(
      'CREDENTIALS_REJECTED',
      'the private key could not be read',
      'The private key is no RSA key, or the passphrase is not its own.',
      'Check privateKeyPassphrase, which an encrypted key needs, and that privateKey is base64 of the whole PEM file.',
    );
  return key;
}

function pemOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** SHA-256 of the public key that belongs to a private one, base64. */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(publicKey).digest('base64');
}

/** A JWT of these claims, signed with RS256. It is valid from `nowMs` for `lifetime` seconds. A key with an id is named in the header. */
export function signJwt(key: KeyObject | NamedKey, claims: object, nowMs: number, lifetime: number): string {
  const named: Partial<NamedKey> & Pick<NamedKey, 'key'> = key instanceof KeyObject ? { key } : key;
  const now = Math.floor(nowMs / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'RS256', typ: 'JWT', ...(named.id === undefined ? {} : { kid: named.id }) };
  const content = `${encode(header)}.${encode({ ...claims, iat: now, exp: now + lifetime })}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(named.key).toString('base64url')}`;
}

interface NamedKey {
  readonly key: KeyObject;
  readonly id: string;
}
