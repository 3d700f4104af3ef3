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

/** What a version row's MAC covers. */
export interface VersionLink {
  readonly connectionId: string;
  readonly version: number;
  readonly contentId: string;
  readonly configHash: Uint8Array;
  readonly cipherHash: Uint8Array;
  /** MAC of the version before, empty for the first. */
  readonly previousMac: Uint8Array;
}

/** Keys of one project, loaded: synchronous, so that it can be used inside a transaction. */
export interface ProjectVault {
  /** The generation that `seal` and `versionMac` use now. */
  readonly keyGeneration: number;
  /** Fresh salt and nonce each time. */
  seal(binding: SealBinding, plaintext: Uint8Array): Sealed;
  /** Throws DomainError INTEGRITY, with content id and key id only, for a blob that was altered, moved or sealed elsewhere. The caller overwrites the returned buffer when done. */
  open(binding: SealBinding, blob: Uint8Array): Buffer;
  versionMac(link: VersionLink, keyGeneration?: number): Buffer;
}

/** Purposes of the instance's keyed hashes; each has a key of its own, so that a hash of one says nothing of another. */
export type HashPurpose = 'token' | 'candidate' | 'audit' | 'value' | 'request';

export interface Vault {
  /** Hex of the 8 byte id of the master key in use. */
  readonly kid: string;
  forProject(projectId: string): Promise<ProjectVault>;
  /** HMAC-SHA256 under the instance's key for that purpose, 32 bytes. */
  keyedHash(purpose: HashPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer;
}

export type DataKeyPurpose = 'dek' | HashPurpose;

/** A key wrapped by the key-encryption key, as the store holds it. */
export interface WrappedKey {
  /** Project id for a `dek`, the instance's id for the others. */
  readonly owner: string;
  readonly purpose: DataKeyPurpose;
  /** From 1; rises by one at each rotation. */
  readonly generation: number;
  readonly kid: string;
  readonly wrapped: Buffer;
}

/** Where wrapped keys are kept. Two racing inserts of one (owner, purpose, generation): the first stays, and both callers are given it. */
export interface KeyStore {
  find(owner: string, purpose: DataKeyPurpose): Promise<readonly WrappedKey[]>;
  insertIfAbsent(key: WrappedKey): Promise<WrappedKey>;
}

/** `chg_pat_`, `chg_svc_` with 42 random characters; `chg_tmp_` (temporary key), `chg_lse_` (lease key), `chg_ses_` (browser session) with 30; then a 6 character checksum. */
export type TokenKind = 'pat' | 'svc' | 'tmp' | 'lse' | 'ses';
