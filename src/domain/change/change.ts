import type { SecretReference } from '../connection/reference/secret-reference.ts';
import type { ErrorCode } from '../errors/errors.ts';
import type { Permission } from '../token/roles.ts';

/** A staged new set of details for a connection, or for one to be created; addressed by its temporary key, of which only a keyed hash is kept. */
export interface Change {
  readonly id: string;
  readonly projectId: string;
  /** Minted at stage for a connection to be created. */
  readonly connectionId: string;
  readonly purpose: 'create' | 'update' | 'roll-back';
  /** The version it was merged onto; null when it creates the connection. */
  readonly baseVersion: number | null;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly facets: Readonly<Record<string, unknown>>;
  readonly reference: SecretReference | null;
  /** Null for a reference, and for nothing else. */
  readonly contentId: string | null;
  readonly cipherHash: Buffer | null;
  /** Keyed hash of all that a driver would see: proof is bound to it. */
  readonly candidateHash: Buffer;
  /** Names only. */
  readonly changedFields: readonly string[];
  readonly restoredFrom: number | null;
  readonly keyHash: Buffer;
  readonly state: 'OPEN' | 'PENDING' | 'COMMITTED' | 'DISCARDED';
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly expiresAt: number;
  readonly committedAt: number | null;
  /** PENDING: who asked for the commit, and in whose name it will be carried out. */
  readonly committedBy: string | null;
  readonly committedVersion: number | null;
  /** PENDING: wait for the leases to end until then. */
  readonly waitUntil: number | null;
  /** PENDING: whoever asked for the commit accepts that the new login may do less. */
  readonly acceptsLosses: boolean;
  /** Why a waiting commit was given up; null otherwise. */
  readonly failure: ErrorCode | null;
}

/** The permission that whoever commits a change needs. */
export function commitPermission({ purpose }: Pick<Change, 'purpose'>): Permission {
  return purpose === 'roll-back' ? 'rollback' : 'commit';
}
