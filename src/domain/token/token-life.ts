import type { Token, TokenGrant } from './token.ts';

/** The grant by which a token acts now, that of its home project; null once it was revoked or has ended. */
export function grantInUse(token: Token, grants: readonly TokenGrant[], now: number): TokenGrant | null {
  if (token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)) return null;
  return grants.find(({ projectId }) => projectId === token.homeProjectId) ?? null;
}
