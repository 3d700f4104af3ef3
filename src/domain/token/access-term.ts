import type { Token } from './token.ts';

/** How long the bearer lasts that a token is exchanged for, milliseconds. It is asked for anew, so that a stolen one is soon worth nothing. */
export const ACCESS_TTL_MS = 15 * 60 * 1000;
/** The same where the client can give it back, and is known to ask anew when ten minutes are left. */
export const LONG_ACCESS_TTL_MS = 60 * 60 * 1000;

/** When an access token that is made now ends: never after its token. */
export function accessEnd({ expiresAt }: Pick<Token, 'expiresAt'>, now: number, ttlMs = ACCESS_TTL_MS): number {
  return Math.min(now + ttlMs, expiresAt ?? Infinity);
}
