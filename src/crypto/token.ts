import { hkdfSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { TokenKind } from '../domain/ports/vault.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Random characters per kind: 42 give 250 bits and, with prefix and checksum, the 56 characters that the lead API's CLI insists on; 30 give 178 bits. */
const LENGTHS: Readonly<Record<TokenKind, number>> = { pat: 42, svc: 42, tmp: 30, lse: 30, ses: 30 };
const CHECKSUM = 6;
const FORM = /^chg_(pat|svc|tmp|lse|ses)_([0-9A-Za-z]+)$/;

/** The same seed, of 32 bytes that nobody can guess, gives the same token; without one it is random. */
export function createToken(kind: TokenKind, seed?: Buffer): string {
  const bytes =
    seed === undefined
      ? (length: number) => randomBytes(length)
      : (length: number, round: number) => expand(seed, `chg/token/${kind}/${round}`, length);
  const body = `chg_${kind}_${textOf(LENGTHS[kind], bytes)}`;
  return body + checksum(body);
}

function expand(seed: Buffer, info: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, Buffer.alloc(0), info, length));
}

/** The kind of a well-formed token whose checksum fits, else null. A mistyped token is refused here, without the store. */
export function parseToken(text: string): TokenKind | null {
  const [, kind, body] = FORM.exec(text) ?? [];
  if (kind === undefined || body === undefined || !isTokenKind(kind) || body.length !== LENGTHS[kind] + CHECKSUM) return null;
  return checksum(text.slice(0, -CHECKSUM)) === text.slice(-CHECKSUM) ? kind : null;
}

function isTokenKind(kind: string): kind is TokenKind {
  return Object.hasOwn(LENGTHS, kind);
}

/** Bytes above the largest multiple of 62 are thrown away, since they would favour some characters. */
function textOf(length: number, bytes: (length: number, round: number) => Uint8Array): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1) {
    for (const byte of bytes(length, round)) if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
  }
  return text;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM; place += 1) {
    digits = `${ALPHABET[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
