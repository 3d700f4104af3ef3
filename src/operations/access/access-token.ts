import { timingSafeEqual } from 'node:crypto';
import type { Services } from '../services.ts';

/** A short-lived bearer of a token. It is stored nowhere, unless it was given back: it says itself whose it is and when it ends, under a MAC of the instance. */
export interface AccessToken {
  readonly tokenId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Behind it the token's id (16 bytes), the end (6 bytes) and the MAC (32 bytes), in base64url. */
const FORM = /^chg_oat_([A-Za-z0-9_-]{72})$/;
const CLAIMS = 16 + 6;
const MAC = 32;

export function isAccessToken(text: string): boolean {
  return FORM.test(text);
}

export function writeAccessToken(services: Pick<Services, 'vault'>, { tokenId, expiresAt }: AccessToken): string {
  const claims = Buffer.alloc(CLAIMS);
  claims.write(tokenId.replaceAll('-', ''), 0, 16, 'hex');
  claims.writeUIntBE(expiresAt, 16, 6);
  return `chg_oat_${Buffer.concat([claims, macOf(services, claims)]).toString('base64url')}`;
}

/** Null for one that this instance did not make. Whether it has ended is for the caller to see. */
export function readAccessToken(services: Pick<Services, 'vault'>, text: string): AccessToken | null {
  const bytes = Buffer.from(FORM.exec(text)?.[1] ?? '', 'base64url');
  if (bytes.length !== CLAIMS + MAC) return null;
  const claims = bytes.subarray(0, CLAIMS);
  if (!timingSafeEqual(bytes.subarray(CLAIMS), macOf(services, claims))) return null;
  const hex = claims.toString('hex', 0, 16);
  const tokenId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { tokenId, expiresAt: claims.readUIntBE(16, 6) };
}

/** What notes that it was given back. */
export function accessGuardId({ vault }: Pick<Services, 'vault'>, text: string): string {
  return vault.keyedHash('token', 'given-back', text).toString('hex');
}

function macOf({ vault }: Pick<Services, 'vault'>, claims: Buffer): Buffer {
  return vault.keyedHash('token', 'access', claims);
}
