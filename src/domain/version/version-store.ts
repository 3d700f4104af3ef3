import type { Scope, Version } from '../connection/connection.ts';

/** Where a page of versions ended, in the order of the time that it was asked by. */
export interface VersionPlace {
  readonly at: number;
  readonly id: string;
  readonly version: number;
}

export interface VersionPage {
  readonly rows: readonly Version[];
  readonly next: VersionPlace | null;
}

/** Settings of at most so many characters are short: those of a thousand versions may be read at once. Certificates make them long. */
export const SHORT_SETTINGS = 2048;

export interface VersionReaders {
  find(scope: Scope, connectionId: string, version: number): Promise<Version | null>;
  /** Newest first, of those below the version `before`. */
  list(scope: Scope, connectionId: string, page: { readonly limit: number; readonly before: number | null }): Promise<readonly Version[]>;
  /** Versions after this number, in ascending order. */
  chain(connectionId: string, after?: number, limit?: number): Promise<readonly Version[]>;
  /** The one before this number; numbers are left out after a restore. */
  before(connectionId: string, version: number): Promise<Version | null>;
  /** The lowest number of a version that has this content; null where none has. */
  firstWith(connectionId: string, contentId: string): Promise<number | null>;
  /** The lowest version that was signed with a data key of one of these generations; null where there is none. */
  firstOfGenerations(projectId: string, connectionId: string, generations: readonly number[]): Promise<number | null>;
  /** The CURRENT version of each, or of those alone whose settings are short. */
  currentOf(scope: Scope, connectionIds: readonly string[], settings?: 'any' | 'short'): Promise<readonly Version[]>;
  /** All versions of all projects in (connectionId, version) order, for `doctor`; `after` is the last one seen. */
  scan(after: { readonly connectionId: string; readonly version: number } | null, limit: number): Promise<readonly Version[]>;
  /** Those of them that are stored, as `<connectionId>/<version>`. */
  storedOf(versions: readonly Pick<Version, 'connectionId' | 'version'>[]): Promise<ReadonlySet<string>>;
  /** Of the next PREVIOUS versions of any project whose time has passed, at most `limit`, those that no live lease holds; `next` is where to go on. */
  retirable(now: number, limit: number, after?: VersionPlace | null): Promise<VersionPage>;
  /** RETIRED versions whose ciphertext is still there, and which retired, like every other version of that content, at or before `before`. */
  destroyable(before: number, limit: number, after?: VersionPlace | null): Promise<VersionPage>;
  /** For metrics: how many PREVIOUS versions there are, counted up to `most`, and the oldest one's creation. */
  waiting(most: number): Promise<{ readonly count: number; readonly oldest: number | null }>;
}

export interface VersionWriters extends VersionReaders {
  append(version: Version): Promise<void>;
  /** Its cipher hash and MAC under another data key. The connection's exclusive lock is held. */
  relink(version: Pick<Version, 'connectionId' | 'version' | 'cipherHash' | 'keyGeneration' | 'rowMac'>): Promise<void>;
  /** Where the secret of a reference leads, only if the version is CURRENT and not bound yet: of two racing callers one gets true. */
  bind(connectionId: string, version: number, boundTo: Buffer): Promise<boolean>;
  /** CURRENT becomes PREVIOUS with its validUntil; false when it is not CURRENT. */
  demote(connectionId: string, version: number, validUntil: number): Promise<boolean>;
  /** PREVIOUS becomes RETIRED, only if its time has passed and no live lease holds it. Take the connection's exclusive lock first: with it, a lease granted meanwhile is seen. */
  retire(connectionId: string, version: number, now: number): Promise<boolean>;
  /** Every version of a removed connection becomes RETIRED. */
  retireAll(connectionId: string, now: number): Promise<void>;
  /** Marks every RETIRED version that shares the content, too; false when this one was marked before. */
  markDestroyed(connectionId: string, version: number, now: number): Promise<boolean>;
}
