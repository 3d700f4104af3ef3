import type { AuditChain } from '../domain/audit/audit-chain.ts';
import type { GatewayAws } from '../domain/aws/gateway-aws.ts';
import type { Scope } from '../domain/connection/connection.ts';
import type { Details } from '../domain/connection/details/details.ts';
import type { SecretResolver } from '../domain/connection/reference/secret-reference.ts';
import type { Connector } from '../domain/connector/connector.ts';
import type { IssueToken } from '../domain/connector/token-issuer.ts';
import type { ValidatorRunner } from '../domain/connector/validator-runner.ts';
import type { EventFeed } from '../domain/event/event-feed.ts';
import type { Observer } from '../domain/ports/observer.ts';
import type { Store } from '../domain/ports/store.ts';
import type { TokenKind, Vault } from '../domain/ports/vault.ts';
import type { RetentionSettings } from '../domain/retention/retention.ts';
import { type Actor, LOCAL_ACTOR_ID } from '../domain/token/actor.ts';

/** All that an operation works with besides its actor and input. Built once, by the composition root. */
export interface Services {
  readonly store: Store;
  readonly vault: Vault;
  readonly tokens: TokenMint;
  /**
   * When the first run of this request began, since an earlier run may have taken effect without an answer: `tokens` mints the keys
   * that it minted. Null for a request without an idempotency id.
   */
  readonly repeatsSince: number | null;
  /** Told of each secret that an operation gives away, so that a recorded answer does not give it away again unasked. */
  revealed(reveal: Reveal): void;
  /** Told of each change that an operation has committed for its actor: a repeat of the request gets its answer, whoever waited for it. */
  changed(): void;
  readonly connectors: ConnectorCatalogue;
  readonly runner: ValidatorRunner;
  /** Whether a host may be dialled as far as its spelling says; a name is resolved when it is dialled, and checked again. */
  screenHost(host: string, port: number): 'allowed' | 'denied' | 'malformed';
  readonly observer: Observer;
  readonly eventFeed: EventFeed;
  /** Identity providers, asked for tokens of their clients. */
  readonly issueToken: IssueToken;
  /** Outside managers, which secret references lead to. */
  readonly secrets: SecretResolver;
  /** The gateway's own AWS identity; null where the operator gave it none. */
  readonly gatewayAws: GatewayAws | null;
  readonly settings: ProtocolSettings;
  /** Reads a master key from a file that only its owner may read. Throws StartupError. */
  readMasterKey(file: string): Buffer;
  /** UUIDv7. */
  newId(): string;
  readonly auditChain: AuditChain;
  fingerprint(parts: Readonly<Record<string, unknown>>): Buffer;
  /** Work that goes on after its answer was sent; shutdown waits for it, and a failure is logged by code. */
  later(name: string, work: () => Promise<unknown>): void;
  /** Work that waits for other systems, in a queue or on the network: it keeps nobody from what needs the gateway alone. */
  whileDialling<T>(work: () => Promise<T>): Promise<T>;
  /** One running promise per key: a second caller gets the first one's. */
  once<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** What an answer shows, and whose it is. */
export type Reveal =
  | { readonly kind: 'acquired' | 'read'; readonly leaseId: string; readonly credentials: Details }
  | { readonly kind: 'token'; readonly tokenId: string }
  /** The value of an account secret, which is not recorded at all: a repeat asks anew. */
  | { readonly kind: 'secret' };

export interface TokenMint {
  /** A random one, or always the same one from a seed of 32 bytes that nobody can guess. */
  create(kind: TokenKind, seed?: Buffer): string;
  /** Checks form and checksum alone, without the store. */
  parse(text: string): TokenKind | null;
}

export interface ConnectorCatalogue {
  /** By any spelling of the kind; null where there is none. A family's kind finds nothing here: use `member`. */
  find(kind: string): Connector | null;
  /** The member of a family that a discriminator names, e.g. `transactional-db` with `postgres`. */
  member(familyKind: string, discriminator: string): Connector | null;
  all(): readonly Connector[];
}

export interface ProtocolSettings {
  /** How long a staged change stays open, milliseconds; at most a day. */
  readonly changeTtlMs: number;
  /** How long a lease lasts unless asked, milliseconds. */
  readonly leaseTtlMs: number;
  /** How long a job of another product's clients holds its connections, milliseconds. */
  readonly heldJobMs: number;
  /** How long a lease may last in all, renewals included, milliseconds. */
  readonly leaseMaxMs: number;
  /** How long the ciphertext of a RETIRED version is kept, milliseconds. */
  readonly destroyAfterMs: number;
  /** The deadline that a commit's missing proofs share, milliseconds. */
  readonly proofDeadlineMs: number;
  /** Most open changes of one connection; one token may have ten times as many of connections that it creates. */
  readonly openChanges: number;
  readonly retention: RetentionSettings;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_PROTOCOL_SETTINGS: ProtocolSettings = {
  changeTtlMs: 60 * 60 * 1000,
  leaseTtlMs: 60 * 60 * 1000,
  heldJobMs: 15 * 60 * 1000,
  leaseMaxMs: 24 * 60 * 60 * 1000,
  destroyAfterMs: 7 * 24 * 60 * 60 * 1000,
  proofDeadlineMs: 25_000,
  openChanges: 100,
  retention: { leasesMs: 30 * DAY_MS, changesMs: 30 * DAY_MS, validationsMs: 30 * DAY_MS, sessionsMs: 7 * DAY_MS, eventsMs: 7 * DAY_MS },
};

export function scopeOf(actor: Actor): Scope {
  return { projectId: actor.projectId, integrationIds: actor.integrationIds };
}

/** What rows say of who did it: the token's accessor id, or `local`. */
export function actorId(actor: Actor): string {
  return actor.tokenId ?? LOCAL_ACTOR_ID;
}
