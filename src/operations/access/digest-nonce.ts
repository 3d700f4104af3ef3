import { timingSafeEqual } from 'node:crypto';
import { NONCE_TTL_MS } from '../../domain/token/digest.ts';
import type { Services } from '../services.ts';

/** 6 bytes of when it was made, 6 random ones and 12 of a MAC, in base64: whoever asks without a login costs no row. */
const MADE = 6;
const CLAIMS = MADE + 6;
const MAC = 12;

/** A nonce that every gateway of the instance knows as its own. */
export async function mintNonce(services: Pick<Services, 'vault' | 'store' | 'newId'>): Promise<string> {
  const claims = Buffer.alloc(CLAIMS);
  claims.writeUIntBE(await services.store.now(), 0, MADE);
  claims.write(services.newId().slice(-12), MADE, 'hex');
  return Buffer.concat([claims, macOf(services, claims)]).toString('base64');
}

/**
 * Takes a count of a nonce that a correct login came with. False for a nonce that is not ours or has ended, and for a count that was taken
 * before, or a higher one: of two racing requests with the same count one gets true, whichever gateways they came to.
 */
export async function spendNonce(services: Pick<Services, 'vault' | 'store'>, nonce: string, nc: string): Promise<boolean> {
  const bytes = Buffer.from(nonce, 'base64');
  if (bytes.length !== CLAIMS + MAC || !timingSafeEqual(bytes.subarray(CLAIMS), macOf(services, bytes.subarray(0, CLAIMS)))) return false;
  const expiresAt = bytes.readUIntBE(0, MADE) + NONCE_TTL_MS;
  const used = Number.parseInt(nc, 16);
  if (expiresAt <= (await services.store.now()) || used === 0) return false;
  const id = services.vault.keyedHash('token', 'nonce-use', nonce).toString('hex');
  return await services.store.write((tx) => tx.replayGuards.advance({ id, used, expiresAt }));
}

function macOf({ vault }: Pick<Services, 'vault'>, claims: Buffer): Buffer {
  return vault.keyedHash('token', 'nonce', claims).subarray(0, MAC);
}
