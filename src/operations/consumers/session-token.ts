import { timingSafeEqual } from 'node:crypto';
import type { Services } from '../services.ts';

/** Behind it the consumer's id (16 bytes), when it was made (6 bytes) and the MAC (32 bytes), in base64url. */
const FORM = /^chg_cst_([A-Za-z0-9_-]{72})$/;
const CLAIMS = 16 + 6;
const MAC = 32;

/** Shows which consumer it is. It is stored nowhere: it says itself whose it is, under a MAC of the instance, and ends with the consumer. */
export interface SessionClaims {
  readonly consumerId: string;
  /** Epoch milliseconds. */
  readonly madeAt: number;
}

export function writeSessionToken(services: Pick<Services, 'vault'>, projectId: string, { consumerId, madeAt }: SessionClaims): string {
  const claims = Buffer.alloc(CLAIMS);
  claims.write(consumerId.replaceAll('-', ''), 0, 16, 'hex');
  claims.writeUIntBE(madeAt, 16, 6);
  return `chg_cst_${Buffer.concat([claims, macOf(services, projectId, claims)]).toString('base64url')}`;
}

/** `forged` is one of the right form that this instance did not make for this project. */
export function readSessionToken(
  services: Pick<Services, 'vault'>,
  projectId: string,
  text: string,
): SessionClaims | 'unreadable' | 'forged' {
  const bytes = Buffer.from(FORM.exec(text)?.[1] ?? '', 'base64url');
  if (bytes.length !== CLAIMS + MAC) return 'unreadable';
  const claims = bytes.subarray(0, CLAIMS);
  if (!timingSafeEqual(bytes.subarray(CLAIMS), macOf(services, projectId, claims))) return 'forged';
  const hex = claims.toString('hex', 0, 16);
  const consumerId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { consumerId, madeAt: claims.readUIntBE(16, 6) };
}

function macOf({ vault }: Pick<Services, 'vault'>, projectId: string, claims: Buffer): Buffer {
  return vault.keyedHash('token', 'consumer', projectId, claims);
}
