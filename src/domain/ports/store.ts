import type { AccountSecretReaders, AccountSecretWriters } from '../account-secret/account-secret-store.ts';
import type { AuditReaders, AuditWriters } from '../audit/audit-store.ts';
import type { AwsRoleGrantReaders, AwsRoleGrantWriters } from '../aws/aws-role.ts';
import type { ChangeReaders, ChangeWriters } from '../change/change-store.ts';
import type { ValidationReaders, ValidationWriters } from '../change/proof/validation-store.ts';
import type { ConnectionReaders, ConnectionWriters } from '../connection/connection-store.ts';
import type { ProjectReaders, ProjectWriters } from '../connection/project-store.ts';
import type {
  ProviderGrantReaders,
  ProviderGrantWriters,
  SecretDestinationReaders,
  SecretDestinationWriters,
} from '../connection/reference/reference-store.ts';
import type { DialectRecordReaders, DialectRecordWriters } from '../dialect/dialect-record.ts';
import type { ExternalIdReaders, ExternalIdWriters } from '../dialect/external-id.ts';
import type { EventReaders, EventWriters } from '../event/event-store.ts';
import type { IntegrationReaders, IntegrationWriters } from '../integration/integration-store.ts';
import type { LeaseReaders, LeaseWriters } from '../lease/lease-store.ts';
import type { SiteReaders, SiteWriters } from '../site/site-store.ts';
import type { StreamingSystemReaders, StreamingSystemWriters } from '../streaming/streaming-store.ts';
import type { ReplayGuardReaders, ReplayGuardWriters } from '../token/replay-guard-store.ts';
import type { SessionReaders, SessionWriters } from '../token/session-store.ts';
import type { TokenReaders, TokenWriters } from '../token/token-store.ts';
import type { ContentReaders, ContentWriters } from '../version/content-store.ts';
import type { VersionReaders, VersionWriters } from '../version/version-store.ts';
import type { IdempotencyWriters } from './idempotency-store.ts';
import type { InstanceReaders, InstanceWriters, KeyReaders, KeyWriters } from './instance-store.ts';
import type { Notifications } from './notifications.ts';
import type { ClockReaders, ClockWriters, IntegrityReaders, RetentionWriters, SchemaDifference } from './upkeep-store.ts';

/** Signs rows with a key that the store never sees. HMAC-SHA256, 32 bytes. */
export interface RowSigner {
  /** Text, or its bytes in UTF-8. */
  sign(text: string | Uint8Array): Buffer;
}

/**
 * The store's port. Verbs carry their guard inside the statement; each comment says what two racing callers get.
 * State, audit row and event are written in one transaction, and the network is never awaited inside one.
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly notifications: Notifications;
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
   * Call it right after the store was opened; only then can the key be read, since the store itself holds it, wrapped. From then on rows
   * that grant, prove, protect or point are signed when they are written and checked when they are read; one that does not fit is INTEGRITY
   * with its table and id.
   */
  signWith(signer: RowSigner): void;
  /** Cheap proof that the store answers; throws otherwise, STORAGE_FULL when it answers and its disk is known to be full. */
  ping(): Promise<void>;
  /** How the schema differs by now from what the migrations make; null when it does not. A start refuses such a store. */
  schemaDifference(): Promise<SchemaDifference | null>;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** For what a running job needs: on a full disk it may use the space that is reserved for this. */
  readonly usesReserve?: boolean;
}

export interface Readers {
  readonly instance: InstanceReaders;
  readonly keys: KeyReaders;
  readonly projects: ProjectReaders;
  readonly sites: SiteReaders;
  readonly streamingSystems: StreamingSystemReaders;
  readonly integrations: IntegrationReaders;
  readonly connections: ConnectionReaders;
  readonly versions: VersionReaders;
  readonly contents: ContentReaders;
  readonly changes: ChangeReaders;
  readonly validations: ValidationReaders;
  readonly leases: LeaseReaders;
  readonly tokens: TokenReaders;
  readonly sessions: SessionReaders;
  readonly replayGuards: ReplayGuardReaders;
  readonly providerGrants: ProviderGrantReaders;
  readonly awsRoleGrants: AwsRoleGrantReaders;
  readonly secretDestinations: SecretDestinationReaders;
  readonly accountSecrets: AccountSecretReaders;
  readonly externalIds: ExternalIdReaders;
  readonly dialectRecords: DialectRecordReaders;
  readonly audit: AuditReaders;
  readonly events: EventReaders;
  readonly integrity: IntegrityReaders;
  readonly clock: ClockReaders;
}

export interface Writers extends Readers {
  /** The store's time, the same throughout the transaction. */
  now(): Promise<number>;
  /**
   * Take it first in a transaction that changes a connection: leases take it shared; commit, retire, roll-back and delete take it
   * exclusive. A no-op on SQLite, which has one writer.
   */
  lock(connectionId: string, mode: 'shared' | 'exclusive'): Promise<void>;
  readonly instance: InstanceWriters;
  readonly keys: KeyWriters;
  readonly projects: ProjectWriters;
  readonly sites: SiteWriters;
  readonly streamingSystems: StreamingSystemWriters;
  readonly integrations: IntegrationWriters;
  readonly connections: ConnectionWriters;
  readonly versions: VersionWriters;
  readonly contents: ContentWriters;
  readonly changes: ChangeWriters;
  readonly validations: ValidationWriters;
  readonly leases: LeaseWriters;
  readonly tokens: TokenWriters;
  readonly sessions: SessionWriters;
  readonly replayGuards: ReplayGuardWriters;
  readonly providerGrants: ProviderGrantWriters;
  readonly awsRoleGrants: AwsRoleGrantWriters;
  readonly secretDestinations: SecretDestinationWriters;
  readonly accountSecrets: AccountSecretWriters;
  readonly externalIds: ExternalIdWriters;
  readonly dialectRecords: DialectRecordWriters;
  readonly idempotency: IdempotencyWriters;
  readonly audit: AuditWriters;
  readonly events: EventWriters;
  readonly clock: ClockWriters;
  readonly retention: RetentionWriters;
}
