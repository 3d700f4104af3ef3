import type { Session, Token } from './token.ts';

/** How long a browser stays signed in, milliseconds. */
export const SESSION_TTL_MS = 12 * 60 * 60 * 1000;

/** How many browsers may be signed in with one token at a time: when one more signs in, the one that signed in first is signed out. */
export const MOST_SESSIONS = 10;

/** When a session that begins now ends: never after its token. */
export function sessionEnd({ expiresAt }: Pick<Token, 'expiresAt'>, now: number): number {
  return Math.min(now + SESSION_TTL_MS, expiresAt ?? Infinity);
}

export function isSignedIn({ endedAt, expiresAt }: Pick<Session, 'endedAt' | 'expiresAt'>, now: number): boolean {
  return endedAt === null && expiresAt > now;
}
