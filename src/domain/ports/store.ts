import type { ArchivedHead, AuditRow, LinkedRow } from '../audit/audit.ts';
import type { Change } from '../change/change.ts';
import type { Connection, ConnectionPolicy, Integration, Project, Scope, SealedContent, Site, Version } from '../connection/connection.ts';
import type { ProviderGrant, SecretDestination, SecretName, SecretProviderName } from '../connection/secret-reference.ts';
import type { ValidationResult } from '../connector/validation.ts';
import type { ErrorCode } from '../errors/errors.ts';
import type { Lease } from '../lease/lease.ts';
import type { Session, Token, TokenGrant } from '../token/token.ts';
import type { KeyStore, NewKey, WrappedKey } from './vault.ts';

/** Signs rows with a key that the store never sees. HMAC-SHA256, 32 bytes. */
export interface RowSigner {
  sign(text: string): Buffer;
}

/**
 * The store's port. Verbs carry their guard inside the statement; each comment says what two racing callers get.
 * State, audit row and event are written in one transaction, and the network is never awaited inside one.
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** Reads of committed rows. Each statement sees one committed state. */
  readonly read: Readers;
  /**
   * One durable transaction: resolved only after it is on disk. The work may run more than once (serialisation failures,
   * a shared commit that was undone), so it has no effect outside the transaction. Throws OUTCOME_UNKNOWN when the
   * store did not say whether the commit took effect, STORAGE_FULL or UNAVAILABLE when it could not write.
   */
  write<T>(work: (tx: Writers) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** The store's time, epoch milliseconds: the database's clock on PostgreSQL, never behind the stored high-water mark on SQLite. */
  now(): Promise<number>;
  /**
   * Comes right after the store was opened: the key is wrapped in the store itself. From then on rows that grant, prove, protect or
   * point are signed when they are written, and checked when they are read; one that does not fit is INTEGRITY with its table and id.
   */
  signWith(signer: RowSigner): void;
  /** Cheap proof that the store answers; throws otherwise, STORAGE_FULL when it answers and its disk is known to be full. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** For what a running job needs: it may use the room that is kept for this on a full disk. */
  readonly usesReserve?: boolean;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** Opaque to callers: the sort time and id of the last row seen. */
  readonly after: { readonly at: number; readonly id: string } | null;
}

export interface ConnectionFilter {
  readonly kinds?: readonly string[];
  readonly integrationId?: string;
  readonly active?: boolean;
  readonly ids?: readonly string[];
}

/** One row of the listing that the lead API's getPlatformServices and getUser are made of: a connection, its integration and its CURRENT version. */
export interface ListedConnection {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: number;
  readonly integrationId: string;
  readonly integrationName: string;
  readonly integrationCategory: Integration['category'];
  readonly siteId: string;
  readonly kind: string;
  /** Read when asked for: most listings show none of them. */
  settings(): Version['settings'];
}

/** Both of one moment; `current` is null only in a store that was altered. */
export interface ConnectionWithCurrent {
  readonly connection: Connection;
  readonly current: Version | null;
}

export interface ConnectionReaders {
  find(scope: Scope, id: string): Promise<Connection | null>;
  findWithCurrent(scope: Scope, id: string): Promise<ConnectionWithCurrent | null>;
  /** In no particular order; ids that are not in scope are left out. */
  findMany(scope: Scope, ids: readonly string[]): Promise<readonly Connection[]>;
  /** In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. */
  ofIntegrations(scope: Scope, integrationIds: readonly string[], limit: number): Promise<readonly Connection[]>;
  /** Newest first, by (createdAt, id). */
  page(scope: Scope, filter: ConnectionFilter, page: PageRequest): Promise<readonly Connection[]>;
  /** At most `limit` rows ordered by (createdAt, id); one more is asked for by callers to see whether there are too many. Prepared once. */
  listing(scope: Scope, limit: number): Promise<readonly ListedConnection[]>;
}

export interface ConnectionWriters extends ConnectionReaders {
  /** Throws NOT_FOUND when the integration is gone: of racing callers that add a connection and remove its integration one fails. */
  insert(connection: Connection): Promise<void>;
  /** Moves the current version from one to the next, only if it still is `from`. Of two racing callers one gets true. */
  advance(scope: Scope, id: string, from: number, to: number, by: string | null, now: number): Promise<boolean>;
  rename(scope: Scope, id: string, name: string, by: string | null, now: number): Promise<boolean>;
  setActive(scope: Scope, id: string, active: boolean, by: string | null, now: number): Promise<boolean>;
  setDeletionProtection(scope: Scope, id: string, on: boolean, by: string | null, now: number): Promise<boolean>;
  setPolicy(scope: Scope, id: string, policy: ConnectionPolicy, by: string | null, now: number): Promise<boolean>;
  /** False when it is gone or protected against deletion. */
  remove(scope: Scope, id: string, by: string | null, now: number): Promise<boolean>;
}

export interface IntegrationReaders {
  find(scope: Scope, id: string): Promise<Integration | null>;
  findMany(scope: Scope, ids: readonly string[]): Promise<readonly Integration[]>;
  findByName(scope: Scope, namespace: string, name: string): Promise<Integration | null>;
  /** In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. */
  all(scope: Scope, limit: number): Promise<readonly Integration[]>;
}

export interface IntegrationWriters extends IntegrationReaders {
  /** False when the name is taken: of two racing callers one gets true. */
  insert(integration: Integration): Promise<boolean>;
  /** `taken` when another integration of the namespace holds the name; throws NAME_TAKEN when it takes it at the same moment. */
  rename(scope: Scope, id: string, name: string, now: number): Promise<'renamed' | 'taken' | 'gone'>;
  /** Removes an integration that has no connections left; false otherwise. */
  removeIfEmpty(scope: Scope, id: string, now: number): Promise<boolean>;
}

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

export interface VersionReaders {
  find(scope: Scope, connectionId: string, version: number): Promise<Version | null>;
  /** Newest first, of those below the version `before`. */
  list(scope: Scope, connectionId: string, page: { readonly limit: number; readonly before: number | null }): Promise<readonly Version[]>;
  /** Versions behind this number, in their order. */
  chain(connectionId: string, after?: number, limit?: number): Promise<readonly Version[]>;
  /** The one before this number; numbers are left out after a restore. */
  before(connectionId: string, version: number): Promise<Version | null>;
  /** The lowest number of a version that has this content; null where none has. */
  firstWith(connectionId: string, contentId: string): Promise<number | null>;
  /** The lowest version that was signed with a data key of one of these generations; null where there is none. */
  firstOfGenerations(projectId: string, connectionId: string, generations: readonly number[]): Promise<number | null>;
  /** The CURRENT version of each. */
  currentOf(scope: Scope, connectionIds: readonly string[]): Promise<readonly Version[]>;
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

export interface ContentReaders {
  /** What a connection has sealed with data keys of these generations. */
  ofGenerations(projectId: string, connectionId: string, generations: readonly number[], limit: number): Promise<readonly SealedContent[]>;
  /** The lowest id behind `after` of a connection with a row that needs a data key of one of these generations. */
  nextOfGenerations(projectId: string, generations: readonly number[], after: string): Promise<string | null>;
  find(scope: Pick<Scope, 'projectId'>, id: string): Promise<SealedContent | null>;
}

export interface ContentWriters extends ContentReaders {
  insert(content: SealedContent): Promise<void>;
  /** Only if it is sealed as it was read. */
  reseal(id: string, from: Buffer, to: Pick<SealedContent, 'blob' | 'cipherHash' | 'keyGeneration'>): Promise<boolean>;
  /** Destroys the ciphertext if no open change uses it, and no version but those that retired at or before `retiredBefore`. */
  destroyIfUnused(id: string, retiredBefore: number): Promise<boolean>;
}

export interface ChangeFilter {
  readonly connectionId?: string;
  readonly state?: Change['state'];
}

export interface ChangeReaders {
  find(scope: Scope, id: string): Promise<Change | null>;
  findByKeyHash(scope: Scope, keyHash: Buffer): Promise<Change | null>;
  /** Newest first. */
  page(scope: Scope, filter: ChangeFilter, page: PageRequest): Promise<readonly Change[]>;
  /** OPEN changes that expired before `before`. */
  expired(before: number, limit: number): Promise<readonly Change[]>;
  /** OPEN and PENDING changes of all projects by (expiresAt, id), for `doctor`; `after` is the last one seen. */
  scanOpen(after: Pick<Change, 'expiresAt' | 'id'> | null, limit: number): Promise<readonly Change[]>;
  /** OPEN and PENDING, at most 1,000. */
  openOf(connectionId: string): Promise<readonly Change[]>;
  /** OPEN and PENDING ones of a connection, or of connections that one token creates; counted up to `most`. */
  countOpen(
    of: { readonly connectionId: string } | { readonly projectId: string; readonly createdBy: string },
    most: number,
  ): Promise<number>;
  /** OPEN ones that were staged on another version than this, which are never committed any more. */
  outdated(connectionId: string, baseVersion: number, limit: number): Promise<readonly Change[]>;
  /** An OPEN or PENDING one that has this content. */
  openWith(contentId: string): Promise<Change | null>;
  /** PENDING changes of any project by (waitUntil, id), the soonest deadline first; `after` is the last one seen. */
  pending(after: Pick<Change, 'waitUntil' | 'id'> | null, limit: number): Promise<readonly Change[]>;
  /** The change that waits for the connection's leases to end, if its time has not passed. */
  waitingFor(connectionId: string, now: number): Promise<Change | null>;
}

export interface ChangeWriters extends ChangeReaders {
  insert(change: Change): Promise<void>;
  /** Of the open changes with this content. */
  setCipherHash(contentId: string, cipherHash: Buffer): Promise<void>;
  /** OPEN becomes PENDING until `waitUntil`, for whoever asked. Take the connection's exclusive lock first: a connection has one at most. */
  pend(id: string, by: string | null, waitUntil: number, acceptsLosses: boolean): Promise<boolean>;
  /** PENDING becomes DISCARDED and says why; of two racing callers one gets true. */
  giveUp(id: string, failure: ErrorCode): Promise<boolean>;
  /** OPEN or PENDING becomes COMMITTED; of two racing callers one gets true. */
  commit(id: string, version: number, by: string | null, now: number): Promise<boolean>;
  /** OPEN or PENDING becomes DISCARDED; false when it is neither. */
  discard(id: string, now: number): Promise<boolean>;
}

/** A recorded run, of a change's candidate or of a saved version. */
export interface ValidationRecord extends ValidationResult {
  readonly id: string;
  readonly projectId: string;
  readonly connectionId: string;
  readonly changeId: string | null;
  readonly version: number | null;
  readonly candidateHash: Buffer;
  /** The version of the connection whose login the candidate's was compared with; null for a validator that compares nothing. */
  readonly comparedWith: number | null;
}

/** The latest run of a validator that compares a candidate with one version. */
export type Comparison = Pick<ValidationRecord, 'status' | 'errors' | 'finishedAt'>;

export interface ValidationReaders {
  /** Names of validators whose latest run for exactly this candidate passed, at or after `since`. */
  passed(projectId: string, candidateHash: Buffer, since: number): Promise<readonly string[]>;
  /** The latest run of a validator on exactly this candidate and against exactly this version, or null when that was before `since`. */
  comparison(
    projectId: string,
    candidateHash: Buffer,
    run: { readonly validator: string; readonly comparedWith: number; readonly since: number },
  ): Promise<Comparison | null>;
}

export interface ValidationWriters extends ValidationReaders {
  record(validation: ValidationRecord): Promise<void>;
}

export interface LeaseFilter {
  readonly connectionId?: string;
  /** Only those that are live at this time. */
  readonly liveAt?: number;
}

export interface LeaseReaders {
  find(scope: Scope, id: string): Promise<Lease | null>;
  findByKeyHash(scope: Scope, keyHash: Buffer): Promise<Lease | null>;
  /** Newest first. */
  page(scope: Scope, filter: LeaseFilter, page: PageRequest): Promise<readonly Lease[]>;
  /** At most 100, oldest first. */
  liveOf(connectionId: string, now: number): Promise<readonly Lease[]>;
  /** Counted up to `most`. */
  countLive(now: number, most: number): Promise<number>;
}

export interface LeaseWriters extends LeaseReaders {
  /** Take the connection's shared lock first. */
  insert(lease: Lease): Promise<void>;
  /** Only while it is live; never past `endsBy`. Null when it has ended. */
  renew(id: string, expiresAt: number, now: number): Promise<Lease | null>;
  /** Only while it is live; of two racing callers one gets true. */
  end(id: string, reason: 'released' | 'ended', now: number): Promise<boolean>;
}

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
  findSession(hash: Buffer): Promise<Session | null>;
}

export interface TokenWriters extends TokenReaders {
  insert(token: Token, grants: readonly TokenGrant[]): Promise<void>;
  /** False when it is gone or was revoked before. */
  revoke(id: string, now: number): Promise<boolean>;
  touch(id: string, minute: number): Promise<void>;
  insertSession(session: Session): Promise<void>;
  endSession(id: string, now: number): Promise<boolean>;
  /** Ends the live sessions of a token but for the newest `keep`. Returns their ids. */
  endOldestSessions(tokenId: string, keep: number, now: number): Promise<readonly string[]>;
}

export interface IdempotencyRow {
  readonly tokenId: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** Sealed answer; null while the first request runs. */
  readonly answer: Buffer | null;
  /** Of the data key that sealed the answer; null without one. */
  readonly keyGeneration: number | null;
  readonly startedAt: number;
  /** A crashed first request frees the id after this. */
  readonly takenUntil: number;
  readonly expiresAt: number;
}

export interface IdempotencyWriters {
  /**
   * Takes the id, or tells who holds it. The same request takes an id over whose earlier run crashed or was released, with that
   * run's `startedAt`. Of racing callers one gets `taken`.
   */
  take(row: IdempotencyRow, now: number): Promise<{ readonly taken: boolean; readonly row: IdempotencyRow }>;
  /** Records the answer, unless there is one: the first stays. */
  finish(tokenId: string, key: string, answer: Buffer, keyGeneration: number): Promise<void>;
  /** Ends the hold that lasts until `takenUntil`, without an answer: the same request may run again. */
  release(tokenId: string, key: string, takenUntil: number): Promise<void>;
  /** Ends that hold as if the id had never been used. */
  forget(tokenId: string, key: string, takenUntil: number): Promise<void>;
  /** For the only process of a store, at its start: whoever held an id has ended. */
  releaseAll(): Promise<void>;
  /** Deletes at most `limit` rows whose day is over, and tells how many. */
  prune(now: number, limit: number): Promise<number>;
}

export interface AuditFilter {
  readonly entityId?: string;
  readonly actions?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

export interface AuditArchiveReaders {
  /** Where the chain begins since older rows were cut; null while none were. Whoever relies on it checks its MAC. */
  archived(): Promise<ArchivedHead | null>;
  /** The sealed row of this number. */
  atSeq(seq: number): Promise<AuditRow | null>;
}

export interface AuditArchiveWriters extends AuditArchiveReaders {
  /**
   * Deletes the rows behind `after`, up to the head, that prove nothing about what is stored, and lets the chain begin at that head.
   * Take `lock('audit-cut', 'exclusive')` first, and read `archived` behind it: of racing callers the second goes on where the first ended.
   */
  cut(after: number, head: ArchivedHead): Promise<void>;
}

export interface AuditReaders extends AuditArchiveReaders {
  /** In no particular order; those that are there. */
  byIds(ids: readonly string[]): Promise<readonly AuditRow[]>;
  /** The numbers of those that are there; null of one that waits for the sealer. */
  places(ids: readonly string[]): Promise<ReadonlyMap<string, number | null>>;
  find(projectId: string, id: string): Promise<AuditRow | null>;
  /** Newest first. */
  page(projectId: string, filter: AuditFilter, page: PageRequest): Promise<readonly AuditRow[]>;
  /** Rows of commits and of resealings of one connection (or of restores), by (at, id), that were written from `from` to `to`; `after` is the last one seen. */
  commitsOf(
    entityId: string,
    time: { readonly from: number; readonly to: number },
    after: Pick<AuditRow, 'at' | 'id'> | null,
    limit: number,
  ): Promise<readonly AuditRow[]>;
  /** The same of everything, by (entityId, at, id). */
  scanCommits(after: Pick<AuditRow, 'entityId' | 'at' | 'id'> | null, limit: number): Promise<readonly AuditRow[]>;
  /** Rows of all projects that tell of lost ones, the first ones first. */
  losses(limit: number): Promise<readonly AuditRow[]>;
  /** All projects' sealed rows by number; `after` is the last one seen. */
  sealed(after: number | null, limit: number): Promise<readonly AuditRow[]>;
  /** All projects' rows that the sealer has yet to number, by (at, id). */
  unsealed(after: Pick<AuditRow, 'at' | 'id'> | null, limit: number): Promise<readonly AuditRow[]>;
  head(): Promise<{ readonly seq: number; readonly chainHash: Buffer } | null>;
  /** Rows that the sealer has yet to number, counted up to `most`. */
  countUnsealed(most: number): Promise<number>;
}

export interface AuditWriters extends AuditReaders, AuditArchiveWriters {
  append(row: AuditRow): Promise<void>;
  /**
   * Numbers and chains up to `limit` unsealed rows, in (at, id) order. One sealer at a time: an advisory lock on PostgreSQL.
   * `start` is the hash before the first row, `link` gives the chain hash of a row. Returns how many were sealed.
   */
  seal(limit: number, start: Buffer, link: (previous: Buffer, seq: number, row: LinkedRow) => Buffer): Promise<number>;
}

/** Deletes at most `limit` rows that are older than `before`, and tells how many: what is alive is not among them. */
export interface RetentionWriters {
  leases(projectId: string, before: number, limit: number): Promise<number>;
  /** COMMITTED and DISCARDED ones, with what is left of what they sealed. */
  changes(projectId: string, before: number, limit: number): Promise<number>;
  /** Looks at `limit` rows behind `after`, of which some are needed; `next` is where to go on. */
  validations(
    before: number,
    after: PageRequest['after'],
    limit: number,
  ): Promise<{ readonly deleted: number; readonly next: NonNullable<PageRequest['after']> | null }>;
  sessions(before: number, limit: number): Promise<number>;
  events(before: number, limit: number): Promise<number>;
}

export interface ClockReaders {
  /** A time that is kept under this name; null where there is none. */
  find(id: string): Promise<number | null>;
}

export interface ClockWriters extends ClockReaders {
  set(id: string, at: number): Promise<void>;
}

export interface ProviderGrantReaders {
  /** In the order they were made. */
  of(projectId: string): Promise<readonly ProviderGrant[]>;
}

export interface ProviderGrantWriters extends ProviderGrantReaders {
  /** False when it is there already: of two racing callers one gets true. */
  insert(grant: ProviderGrant): Promise<boolean>;
  /** False when it is not there (any more). */
  remove(grant: Pick<ProviderGrant, 'projectId' | 'provider' | 'prefix'>): Promise<boolean>;
}

export interface SecretDestinationReaders {
  /** Of all members of the secret, in the order they were bound. */
  of(name: Omit<SecretName, 'member'>): Promise<readonly SecretDestination[]>;
  /** Paths of secrets of a provider that are bound to any, in their order; `after` is the last one seen. */
  paths(projectId: string, provider: SecretProviderName, after: string, limit: number): Promise<readonly string[]>;
  /** Of the whole project, newest first. */
  page(projectId: string, page: PageRequest): Promise<readonly SecretDestination[]>;
}

export interface SecretDestinationWriters extends SecretDestinationReaders {
  /** False when it is there already. Whether it is the first of its secret is seen under a lock. */
  insert(destination: SecretDestination): Promise<boolean>;
  /** Ends all of a secret's destinations, of every member; returns them. */
  remove(name: Omit<SecretName, 'member'>): Promise<readonly SecretDestination[]>;
}

/** What others may be told of a change of state: ids only, never content. */
export interface OutboxEvent {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  readonly entityId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

export interface InstanceRow {
  readonly id: string;
  readonly kid: string;
  readonly keyCheck: Buffer;
  readonly createdAt: number;
}

/** A row that is not as we wrote it, or not what we wrote last: `stale`. `lost`: the list of what gives rights names it, and it is not there. */
export interface AlteredRow {
  readonly table: string;
  readonly rowId: string;
  readonly problem: 'row-altered' | 'row-stale' | 'row-lost';
}

/** For `doctor`: what was changed past the gateway. */
export interface IntegrityReaders {
  /** The tables whose rows are signed, in the order in which they are looked through. */
  tables(): Promise<readonly string[]>;
  /** What is wrong with the next rows of a table by id; `after` is what the call before gave as `next`, which is null at the end. */
  scan(
    table: string,
    after: readonly unknown[] | null,
    limit: number,
  ): Promise<{ readonly found: readonly AlteredRow[]; readonly next: readonly unknown[] | null }>;
  /** What the list of tokens, provider grants and destinations names and is not stored, among the next `limit` of it. */
  lost(after: string | null, limit: number): Promise<{ readonly found: readonly AlteredRow[]; readonly next: string | null }>;
}

export interface Readers {
  readonly integrity: IntegrityReaders;
  readonly projects: { find(id: string): Promise<Project | null>; all(): Promise<readonly Project[]> };
  readonly sites: {
    /** The site that holds an integration. */
    ofIntegration(projectId: string, integrationId: string): Promise<Site | null>;
    all(projectId: string): Promise<readonly Site[]>;
  };
  readonly integrations: IntegrationReaders;
  readonly connections: ConnectionReaders;
  readonly versions: VersionReaders;
  readonly contents: ContentReaders;
  readonly changes: ChangeReaders;
  readonly validations: ValidationReaders;
  readonly leases: LeaseReaders;
  readonly tokens: TokenReaders;
  readonly providerGrants: ProviderGrantReaders;
  readonly secretDestinations: SecretDestinationReaders;
  readonly audit: AuditReaders;
  readonly clock: ClockReaders;
  readonly instance: { find(): Promise<InstanceRow | null> };
  readonly keys: KeyReaders;
}

/** The two records of a rotation of the master key: both while it goes on, `forward` alone for minutes after. */
export interface Upgrade {
  readonly forward: WrappedKey | null;
  readonly back: WrappedKey | null;
}

export interface KeyReaders {
  find: KeyStore['find'];
  upgrade(): Promise<Upgrade>;
  /** How many keys are wrapped for another master key. */
  countOutside(kid: string): Promise<number>;
}

/** Take `lock(KEY_LOCK, 'exclusive')` first for all but `insertIfAbsent`, which takes it shared itself: no key is then wrapped for a master key that is on its way out. */
export interface KeyWriters extends KeyReaders, KeyStore {
  beginUpgrade(records: readonly NewKey[], now: number): Promise<void>;
  /** All keys of one owner that has a key wrapped for another master key than this one; empty when there is none left. */
  nextOutside(kid: string): Promise<readonly WrappedKey[]>;
  /** Only if it still is wrapped for `from`. */
  rewrap(key: WrappedKey, from: string): Promise<boolean>;
  /** From now on the old master key has minutes. */
  endUpgrade(now: number): Promise<void>;
  /** How many rows of the project a generation of its data key has sealed or signed, each counted up to 10,000; answers to idempotent requests for a day. */
  neededBy(
    projectId: string,
    generation: number,
  ): Promise<{ readonly versions: number; readonly contents: number; readonly answers: number }>;
  retire(projectId: string, generation: number): Promise<void>;
  /** Drops the record of a rotation that ended before `before`. True when there was one. */
  dropUpgrade(before: number): Promise<boolean>;
}

export const KEY_LOCK = 'instance-keys';

export interface Writers extends Readers {
  /** The store's time, the same throughout the transaction. */
  now(): Promise<number>;
  /** Comes first in a transaction that changes a connection: leases take it shared; commit, retire, roll-back and delete exclusive. A no-op on SQLite, which has one writer. */
  lock(connectionId: string, mode: 'shared' | 'exclusive'): Promise<void>;
  readonly projects: Readers['projects'] & { insert(project: Project): Promise<void> };
  readonly sites: Readers['sites'] & {
    insert(site: Site): Promise<void>;
    rename(projectId: string, id: string, name: string, now: number): Promise<boolean>;
  };
  readonly integrations: IntegrationWriters;
  readonly connections: ConnectionWriters;
  readonly versions: VersionWriters;
  readonly contents: ContentWriters;
  readonly changes: ChangeWriters;
  readonly validations: ValidationWriters;
  readonly leases: LeaseWriters;
  readonly tokens: TokenWriters;
  readonly providerGrants: ProviderGrantWriters;
  readonly secretDestinations: SecretDestinationWriters;
  readonly idempotency: IdempotencyWriters;
  readonly audit: AuditWriters;
  readonly clock: ClockWriters;
  readonly retention: RetentionWriters;
  readonly events: { append(event: OutboxEvent): Promise<void> };
  readonly instance: Readers['instance'] & {
    insert(row: InstanceRow): Promise<boolean>;
    /** Only if `from` still is the key in use; of two racing callers one gets true. */
    replaceKey(from: string, to: Pick<InstanceRow, 'kid' | 'keyCheck'>): Promise<boolean>;
  };
  readonly keys: KeyWriters;
}
