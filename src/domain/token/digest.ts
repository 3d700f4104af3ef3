import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * HTTP digest access authentication as MongoDB Atlas asks for it: MD5, quality of protection `auth` (RFC 7616). The user is a token's id,
 * the password its secret.
 */

/** HA1 holds the realm, so another one would make every stored HA1 worthless. */
export const DIGEST_REALM = 'MMS Public API';
/** How long a nonce is good for, milliseconds. */
export const NONCE_TTL_MS = 10 * 60 * 1000;

/** What a client proves with. */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  /** The request target that was proven, as it was sent. */
  readonly uri: string;
  /** Eight hexadecimal digits: how often the nonce was used. */
  readonly nc: string;
  readonly cnonce: string;
  readonly response: string;
}

/** Whoever holds it can answer for the password, so it is kept sealed. */
export function digestHa1(username: string, password: string): Buffer {
  return Buffer.from(md5(`${username}:${DIGEST_REALM}:${password}`), 'latin1');
}

/** Whether the response proves the password behind HA1 for this request, compared in constant time. */
export function provesDigest(ha1: Uint8Array, method: string, credentials: DigestCredentials): boolean {
  const { nonce, nc, cnonce, uri, response } = credentials;
  const ha2 = md5(`${method}:${uri}`);
  const expected = md5(`${Buffer.from(ha1).toString('latin1')}:${nonce}:${nc}:${cnonce}:auth:${ha2}`);
  return response.length === expected.length && timingSafeEqual(Buffer.from(response, 'latin1'), Buffer.from(expected, 'latin1'));
}

function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

/** The value of `WWW-Authenticate`. The Go clients split it at commas with a blank, and refuse any other parameter. */
export function digestChallenge(nonce: string, isStale: boolean): string {
  return `Digest realm="${DIGEST_REALM}", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=${isStale}`;
}

const PARAMETER = /\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)/y;

/**
 * Reads the parameters of an Authorization header in any order, quoted or bare; null for another scheme, and for what is not whole: a
 * parameter that is missing or given twice, another algorithm or quality of protection, a count that is no eight digits.
 */
export function readDigest(authorization: string): DigestCredentials | null {
  const [, list] = /^Digest +(.*)$/is.exec(authorization) ?? [];
  const given = list === undefined ? null : parametersOf(list);
  if (given === null) return null;
  const { username, realm, nonce, uri, nc, cnonce, response, qop, algorithm = 'MD5' } = given;
  const isComplete = [username, realm, nonce, uri, nc, cnonce, response].every((value) => value !== undefined && value !== '');
  if (!isComplete || qop !== 'auth' || algorithm.toUpperCase() !== 'MD5' || !/^[0-9a-f]{8}$/i.test(nc ?? '')) return null;
  return { username, realm, nonce, uri, nc, cnonce, response } as DigestCredentials;
}

function parametersOf(list: string): Readonly<Partial<Record<string, string>>> | null {
  const found: Record<string, string> = Object.create(null);
  PARAMETER.lastIndex = 0;
  for (let at = 0; at < list.length; at = PARAMETER.lastIndex) {
    const [, name = '', quoted, bare] = PARAMETER.exec(list) ?? [];
    if (name === '' || Object.hasOwn(found, name.toLowerCase())) return null;
    found[name.toLowerCase()] = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
  }
  return found;
}
