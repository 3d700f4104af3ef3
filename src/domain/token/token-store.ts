import type { PageRequest } from '../ports/page.ts';
import type { Token, TokenGrant } from './token.ts';

/** All of a token that can change while it lives. */
export type TokenRevision = Pick<Token, 'name' | 'comment' | 'expiresAt'> & Pick<TokenGrant, 'roles'>;

export interface TokenReaders {
  /** By keyed hash; revoked and expired ones too, since the caller decides by the store's clock. */
  findByHash(hash: Buffer): Promise<{ readonly token: Token; readonly grants: readonly TokenGrant[] } | null>;
  find(id: string): Promise<{ readonly token: Token; readonly grants: readonly TokenGrant[] } | null>;
  /** Those of them that have a grant in the project, revoked and expired ones too. */
  findMany(
    projectId: string,
    ids: readonly string[],
  ): Promise<readonly { readonly token: Token; readonly grants: readonly TokenGrant[] }[]>;
  /** Tokens with a grant in the project, newest first. */
  list(projectId: string, page: PageRequest): Promise<readonly { readonly token: Token; readonly grants: readonly TokenGrant[] }[]>;
  /** Whether any token exists at all: the first start makes one only if not. */
  any(): Promise<boolean>;
  /** Neither revoked nor expired. */
  isLive(id: string, now: number): Promise<boolean>;
  /** Live tokens with the owner role in the project. */
  countOwners(projectId: string, now: number): Promise<number>;
}

export interface TokenWriters extends TokenReaders {
  insert(token: Token, grants: readonly TokenGrant[]): Promise<void>;
  /**
   * Gives a token another name, end, comment and other roles in its home project. False when it is gone, was revoked, or is changed
   * by somebody else at this moment. Take the project's exclusive lock first.
   */
  revise(id: string, revision: TokenRevision): Promise<boolean>;
  /** False when it is gone or was revoked before. */
  revoke(id: string, now: number): Promise<boolean>;
  touch(id: string, minute: number): Promise<void>;
}
