/**
 * The ports of cryptography. The vault seals, opens and authenticates; it never writes rows. All methods may need a key of a
 * project that this process has not loaded yet, hence they are asynchronous; call them before or after a transaction, or within
 * one only with keys warmed by `forProject`.
 */

/** What a sealed blob is bound to: it opens nowhere else. `endpoint` is the fingerprint of where the secrets may be sent. */
export interface SealBinding {
  readonly projectId: string;
  readonly connectionId: string;
  readonly contentId: string;
  readonly field: string;
  /** SHA-256 of the canonical endpoint, 32 bytes; empty for what is never sent anywhere. */
  readonly endpoint: Uint8Array;
}

export interface Sealed {
  readonly blob: Buffer;
  /** Generation of the project's data key. */
  readonly keyGeneration: number;
  /** SHA-256 of the blob, 32 bytes; it outlives destroyed ciphertext. */
  readonly cipherHash: Buffer;
}

/** What a version row's MAC covers; a reference has no sealed content. */
export interface VersionLink {
  readonly connectionId: string;
  readonly version: number;
  readonly contentId: string | null;
  readonly configHash: Uint8Array;
  readonly cipherHash: Uint8Array | null;
  /** MAC of the version before, empty for the first. */
  readonly previousMac: Uint8Array;
}

/** Keys of one project, loaded: synchronous, so that it can be used inside a transaction. */
export interface ProjectVault {
  /** The generation that `seal` and `versionMac` use now. */
  readonly keyGeneration: number;
  readonly generations: readonly number[];
  /** Fresh salt and nonce each time. */
  seal(binding: SealBinding, plaintext: Uint8Array): Sealed;
  /** Throws DomainError INTEGRITY, with content id and key id only, for a blob that was altered, moved or sealed elsewhere. The caller overwrites the returned buffer when done. */
  open(binding: SealBinding, blob: Uint8Array): Buffer;
  versionMac(link: VersionLink, keyGeneration?: number): Buffer;
}

/** Purposes of the instance's keyed hashes; each has a key of its own, so that a hash for one purpose tells nothing about another. */
export type HashPurpose = 'token' | 'candidate' | 'audit' | 'value' | 'request' | 'row';

export interface Vault {
  /** Hex of the 8 byte id of the master key that new keys are wrapped for. */
  readonly kid: string;
  /**
   * Looks for what other processes did: a rotation of the master key, new and retired data keys. Call it every few seconds: the record of a
   * rotation is kept for minutes.
   */
  refresh(): Promise<void>;
  /** What a rotation to this master key writes; it writes nothing itself. */
  rekeyTo(master: Uint8Array): Rekey;
  /** `needs` is a generation, or a blob, that it has to open: data keys that another process made are loaded then. */
  forProject(projectId: string, needs?: number | Uint8Array): Promise<ProjectVault>;
  /** A fresh data key, to be stored. */
  newDataKey(projectId: string, generation: number): NewKey;
  /**
   * Seals what belongs to the instance and to no project's content, such as what proves a token: under a key of the instance that outlives
   * data keys and a rotation of the master key. What it is bound to has to be said again to open it.
   */
  sealOwn(purpose: HashPurpose, boundTo: readonly string[], plaintext: Uint8Array): Buffer;
  /** Throws DomainError INTEGRITY for a blob that was altered, moved or sealed elsewhere. */
  openOwn(purpose: HashPurpose, boundTo: readonly string[], blob: Uint8Array): Buffer;
  /** HMAC-SHA256 under the instance's key for that purpose, 32 bytes. */
  keyedHash(purpose: HashPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer;
}

export type DataKeyPurpose = 'dek' | HashPurpose;

/** A key wrapped by the key-encryption key, as it is given to the store. `upgrade`: one key-encryption key wrapped by another. */
export interface NewKey {
  /** Project id for a `dek`, the instance's id for the others. */
  readonly owner: string;
  readonly purpose: DataKeyPurpose | 'upgrade';
  /** From 1; rises by one at each rotation. */
  readonly generation: number;
  /** Of the master key that it is wrapped for. */
  readonly kid: string;
  readonly wrapped: Buffer;
}

/** As the store holds it. */
export interface WrappedKey extends NewKey {
  readonly createdAt: number;
}

/** Lets a process that holds one master key open keys that are wrapped for another. */
export type UpgradeRecord = Pick<WrappedKey, 'generation' | 'kid' | 'wrapped'>;

/** How long the old master key opens the store after a rotation, milliseconds: replicas learn the new one meanwhile. */
export const UPGRADE_RECORD_MS = 10 * 60 * 1000;

/** A rotation of the master key: wraps for the new one what was wrapped for the old. */
export interface Rekey {
  readonly toKid: string;
  /** The new key for whoever holds the old one, and the old key for whoever holds the new one, in this order. */
  records(fromKid: string): readonly [NewKey, NewKey];
  /** The same key, wrapped for the new master key. */
  rewrap(key: WrappedKey): WrappedKey;
  /** What the instance is checked against at a start. */
  check(): { readonly kid: string; readonly keyCheck: Buffer };
}

/** Where wrapped keys are kept. */
export interface KeyStore {
  /** By generation. */
  find(owner: string, purpose: NewKey['purpose']): Promise<readonly WrappedKey[]>;
  /**
   * Two racing inserts of one (owner, purpose, generation): the first stays, and both callers are given it. Null when the key is
   * wrapped for another master key than the one that is to stay: a rotation has begun since its maker looked.
   */
  insertIfAbsent(key: NewKey): Promise<WrappedKey | null>;
}

/** `chg_pat_`, `chg_svc_` with 42 random characters; `chg_tmp_` (temporary key), `chg_lse_` (lease key), `chg_ses_` (browser session) with 30; then a 6 character checksum. */
export type TokenKind = 'pat' | 'svc' | 'tmp' | 'lse' | 'ses';
