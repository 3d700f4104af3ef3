import type { Token } from './token.ts';

/** How long the bearer lasts that a token is exchanged for, milliseconds. It is asked for anew, so that a stolen one is soon worth nothing. */
export const ACCESS_TTL_MS = 15 * 60 * 1000;

/** When an access token that is made now ends: never after its token. */
export function accessEnd({ expiresAt }: Pick<Token, 'expiresAt'>, now: number): number {
  return Math.min(now + ACCESS_TTL_MS, expiresAt ?? Infinity);
}
