import type { Role } from './roles.ts';

/** An API token: an accessor id that may be shown, and a secret of which only a keyed hash is kept. */
export interface Token {
  readonly id: string;
  readonly kind: 'pat' | 'svc';
  readonly name: string;
  readonly homeProjectId: string;
  readonly hash: Buffer;
  /** HA1 for HTTP digest, sealed; it can be made only while the secret is known. */
  readonly digest: Buffer | null;
  readonly operator: boolean;
  /** Limited to these; null means the whole project. */
  readonly integrationIds: readonly string[] | null;
  /** Networks that it may be used from, as CIDRs; null means anywhere. */
  readonly accessList: readonly string[] | null;
  /** What an integration key is for, in the lead API's words; null of every other token. */
  readonly keyScope: string | null;
  readonly comment: string | null;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Rounded down to the minute. */
  readonly lastUsedAt: number | null;
}

export interface TokenGrant {
  readonly tokenId: string;
  readonly projectId: string;
  readonly roles: readonly Role[];
}

/** A browser session of a token's holder. */
export interface Session {
  readonly id: string;
  readonly tokenId: string;
  readonly projectId: string;
  readonly hash: Buffer;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly endedAt: number | null;
}
