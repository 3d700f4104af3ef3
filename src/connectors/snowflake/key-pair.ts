import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto';

/** How long a login's assertion holds, seconds. */
const LIFETIME = 120;

const PEM = /-----BEGIN (RSA |ENCRYPTED )?PRIVATE KEY-----/;

/** The look of it alone. Decrypting takes as long as the key says, so that is done in a worker, which may be ended. */
export function isPrivateKey(base64: string): boolean {
  return /^[A-Za-z0-9+/=\s]+$/.test(base64) && PEM.test(pemOf(base64));
}

/** A private key that can't be read: no RSA key, or another passphrase. */
export class KeyError extends Error {}

/** Throws KeyError, since the parser's own errors could quote what they read. */
export function readPrivateKey(base64: string, passphrase: string | undefined): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey({ key: pemOf(base64), format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {}
  if (key?.asymmetricKeyType !== 'rsa') throw new KeyError('unreadable');
  return key;
}

function pemOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Snowflake's key-pair assertion: a JWT signed with RS256 whose issuer names account, user and the fingerprint of the public key. */
export function signAssertion(key: KeyObject, account: string, user: string, nowMs: number): string {
  const subject = `${account}.${user}`.toUpperCase();
  const fingerprint = createHash('sha256')
    .update(createPublicKey(key).export({ format: 'der', type: 'spki' }))
    .digest('base64');
  const now = Math.floor(nowMs / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: `${subject}.SHA256:${fingerprint}`, sub: subject, iat: now, exp: now + LIFETIME })}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key).toString('base64url')}`;
}
