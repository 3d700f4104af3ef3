import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/** A token as Posit shows it: a user with the role that its rights come closest to. */
export interface PositUser {
  readonly guid: string;
  readonly name: string;
  readonly role: 'administrator' | 'publisher' | 'viewer';
  readonly createdAt: number;
  readonly activeAt: number;
}

/** Of the local control socket, which has no token. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Whoever asks may know who it is itself. */
export async function readUser({ store }: Services, { tokenId, name, permissions }: Actor): Promise<PositUser> {
  const found = tokenId === null ? null : await store.read.tokens.find(tokenId);
  const createdAt = found?.token.createdAt ?? (await store.now());
  return {
    guid: tokenId ?? NOBODY,
    name,
    role: permissions.has('commit') ? 'administrator' : permissions.has('stage') ? 'publisher' : 'viewer',
    createdAt,
    activeAt: found?.token.lastUsedAt ?? createdAt,
  };
}
