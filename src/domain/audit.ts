/** Everything that is audited, and what it means. A closed list: the reference page, filters and alerts are made of it. */
export const AUDIT_ACTIONS = {
  'instance.start': 'The first start made the project.',
  'instance.rekey': 'A rotation of the master key began or ended: `step`, `fromKid`, `toKid`.',
  'project.rekey': 'A data key was made, which seals from now on: `keyGeneration`.',
  'project.retire-key': 'An old data key was destroyed: `keyGeneration`.',
  'session.create': 'Somebody signed in to the explorer.',
  'session.end': 'Somebody signed out.',
  'site.rename': 'A site got another name.',
  'network.probe': 'Somebody asked whether an address can be reached from a site.',
  'storage.check': 'Somebody asked whether the store takes a write, and opens what it has sealed.',
  'token.create': 'A token was made; its secret is shown once and stored nowhere.',
  'token.revoke': 'A token was ended before its time.',
  'secret-provider.grant': 'A project was allowed to name secrets of an outside provider, below a root.',
  'secret-provider.revoke': 'A project may no longer name secrets of that provider below that root.',
  'connection.create': 'A connection was added, with its first version.',
  'connection.update': 'A change was committed as a new version: `version`, `changedFields`, `proven`, `liveLeases`, `waited`.',
  'connection.rollback': 'An older version was committed again, as a new one: `version`, `restoredFrom`.',
  'connection.break-glass': 'A commit went ahead although jobs held the connection: `reason`, `leaseIds`.',
  'connection.rename': 'A connection got another name.',
  'connection.enable': 'A connection may be leased again.',
  'connection.disable': 'A connection may not be leased.',
  'connection.protect': 'Protection against removal was set or lifted.',
  'connection.policy': 'What commits need, or what jobs have to say about them, was changed.',
  'connection.delete': 'A connection was removed; all its versions are RETIRED.',
  'connection.reseal': 'What an older data key had sealed was sealed with the newest one: `keyGeneration`, `rowMacs`.',
  'integration.rename': 'An integration got another name.',
  'integration.delete': 'An integration was removed with all its connections.',
  'change.stage': 'A change was staged: `changeId`, `purpose`, `changedFields`.',
  'change.validate': 'A validator ran on a staged change or on a version, and its result is proof or takes it away.',
  'change.discard': 'A change was discarded, or its time passed (`expired`); what it had sealed is destroyed.',
  'change.wait': 'A commit waits for jobs to end: `waitUntil`, `liveLeases`.',
  'change.give-up': 'A commit that waited was given up: `code`.',
  'lease.acquire': 'A job took a lease and was given the credentials of a version.',
  'lease.read': 'A job was given the credentials of its lease again.',
  'lease.renew': 'A job holds its lease for longer: `expiresAt`.',
  'lease.release': 'A job ended its lease.',
  'lease.end': "An administrator ended a job's lease.",
  'version.retire': 'Nobody may use a version any more: its credential can be revoked at its source.',
  'version.destroy': 'The ciphertext of a RETIRED version was destroyed; there is no way back to it.',
} as const satisfies Readonly<Record<string, string>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** What an operation says of itself. `details` hold names, ids, counts and keyed hashes; never a value that a caller gave as a credential. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly entity: 'project' | 'site' | 'integration' | 'connection' | 'token' | 'session';
  readonly entityId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One row: signed when it is written, numbered and chained by the sealer within a second. */
export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly projectId: string | null;
  readonly at: number;
  readonly actorTokenId: string | null;
  readonly actorName: string;
  readonly requestId: string | null;
  readonly clientIp: string | null;
  readonly client: Readonly<Record<string, string>>;
  readonly rowHmac: Buffer;
  /** From 1 without gaps; null until sealed. */
  readonly seq: number | null;
  readonly chainHash: Buffer | null;
}

/** What the chain takes in of a row: its signature stands for all that it says. */
export type LinkedRow = Pick<AuditRow, 'id' | 'rowHmac'>;

/** A copy of the chain's head that is kept elsewhere: it shows a cut tail. */
export interface Anchor {
  readonly seq: number;
  /** Hex of the chain hash of that row. */
  readonly head: string;
  readonly at: number;
}

export interface AuditFinding {
  /** `unsealed` rows are waiting for the sealer and are no fault. */
  readonly kind: 'edited' | 'missing' | 'reordered' | 'truncated' | 'unanchored' | 'unsealed';
  readonly seq: number | null;
  readonly rowId: string | null;
}

/** Rows in pages, so that a log of any length is verified in bounded memory. Each call begins anew. */
export interface AuditPages {
  /** By number. */
  sealed(): AsyncIterable<readonly AuditRow[]>;
  unsealed(): AsyncIterable<readonly AuditRow[]>;
}

export interface AuditCheck {
  /** Rows that wait for the sealer are no fault. */
  readonly ok: boolean;
  /** At most 200. */
  readonly findings: readonly AuditFinding[];
  readonly rows: number;
  readonly sealed: number;
  /** The sealed row with the highest number. */
  readonly last: AuditRow | null;
}
