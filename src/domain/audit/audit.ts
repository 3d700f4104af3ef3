/** Everything that is audited, and what it means. A closed list: the reference page, filters and alerts are made of it. */
export const AUDIT_ACTIONS = {
  'instance.start': 'The first start made the project.',
  'instance.rekey': 'A rotation of the master key began or ended: `step`, `fromKid`, `toKid`.',
  'project.rekey': 'A data key was made, which seals from now on: `keyGeneration`.',
  'project.retire-key': 'An old data key was destroyed: `keyGeneration`.',
  'instance.restore':
    'The store was found older than the anchor of its audit, as after a restore from a backup: `anchorSeq`, `anchorHead`, `headSeq`, `versionGap`.',
  'audit.cut': 'Rows that were archived were cut from the store: `from`, `through`, `head`.',
  'audit.lost':
    'Audit rows that the gateway had written were gone before they were numbered: deleted past the gateway. `rows` counts them, `lost` names at most 50.',
  'request.refuse':
    'A mutation was refused, or a token that has ended was used: `fields`, `codes`. Of one token 30 are told a minute; `leftOut` counts those before.',
  'session.create': 'Somebody signed in to the explorer.',
  'session.end': 'Somebody signed out.',
  'site.rename': 'A site got another name.',
  'network.probe': 'Somebody asked whether an address can be reached from a site.',
  'connection.describe': 'Somebody asked what tables the login of a connection sees: `version`, `status`, `codes`.',
  'storage.check': 'Somebody asked whether the store takes a write, and opens what it has sealed.',
  'token.create': 'A token was made; its secret is shown once and stored nowhere.',
  'token.update': 'A service token got other roles, another name or another end.',
  'token.exchange': 'A token was exchanged for a short-lived access token.',
  'token.give-back': 'A short-lived access token was given back before its time.',
  'token.reveal': 'The secret of a token that was just made was shown to a repeat of the request that made it.',
  'token.revoke': 'A token was ended before its time.',
  'secret-provider.grant': 'A project was allowed to name secrets of an outside provider, below a root.',
  'secret-provider.revoke': 'A project may no longer name secrets of that provider below that root.',
  'aws-role.grant': "A project was allowed a role that the gateway's own AWS identity assumes: `roleArn`.",
  'aws-role.revoke': "The gateway's own AWS identity does not assume that role for the project any more: `roleArn`.",
  'secret.bind': 'A secret was used for the first time, and is bound to where it leads: `provider`, `path`, `member`, `destination`.',
  'secret.allow': 'An operator allowed a secret another destination: `provider`, `path`, `member`, `destination`.',
  'secret.release': 'An operator ended all destinations of a secret: `provider`, `path`, `members`. Its next use binds it anew.',
  'account-secret.create': 'A secret of the project was made: `name`, `scope`, `expiresAt`.',
  'account-secret.update': 'A secret got another value, scope, description or end: `name`, `scope`, `expiresAt`, `version`.',
  'account-secret.reveal': 'Somebody was shown the value of a secret: `name`, `version`.',
  'account-secret.delete': 'A secret was deleted, and what it held was destroyed: `name`.',
  'account-secret.reseal': 'What an older data key had sealed of secrets was sealed with the newest one: `keyGeneration`, `count`.',
  'connection.create': 'A connection was added, with its first version.',
  'connection.update': 'A change was committed as a new version: `version`, `changedFields`, `proven`, `lost`, `liveLeases`, `waited`.',
  'connection.rollback': 'An older version was committed again, as a new one: `version`, `restoredFrom`.',
  'connection.break-glass': 'A commit went ahead although jobs held the connection: `reason`, `leaseIds`.',
  'connection.accept-losses': 'A version was put into use although its login may do less than the one before: `comparedWith`, `lost`.',
  'connection.rename': 'A connection got another name: `revision`.',
  'connection.touch': 'A client saved a connection as it was: `revision`. Nothing but the time of its last change is another.',
  'connection.enable': 'A connection may be leased again: `revision`.',
  'connection.disable': 'A connection may not be leased: `revision`.',
  'connection.protect': 'Protection against removal was set or lifted: `revision`.',
  'connection.policy': 'What commits need, or what jobs have to say about them, was changed: `revision`.',
  'connection.delete': 'A connection was removed; all its versions are RETIRED.',
  'connection.reseal': 'What an older data key had sealed was sealed with the newest one: `keyGeneration`, `rowMacs`.',
  'access-token.issue':
    'A consumer was given an access token of a service account, or a key of its role in AWS: `consumerId`, `version`; `awsRoles`.',
  'streaming-system.create': 'A streaming system was made: `type`.',
  'streaming-system.rename': 'A streaming system got another name.',
  'streaming-system.delete': 'A streaming system was removed with its clusters and their connections.',
  'dialect-record.create': 'Something that a dialect has besides connections was made: `dialect`, `of`, `key`, `parentId`.',
  'dialect-record.update': 'The same was changed.',
  'dialect-record.delete': 'The same was removed.',
  'integration.rename': 'An integration got another name.',
  'integration.delete': 'An integration was removed with all its connections.',
  'change.stage': 'A change was staged: `changeId`, `purpose`, `changedFields`.',
  'change.validate':
    "A validator ran on a staged change or on a version, and its result is proof or takes it away: `status`, `codes`, of what did not pass its `validationId`, and `awsRoles` that the gateway's own identity might assume for it.",
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

/**
 * Rows that prove nothing about what is stored now, and are by far the most: these are cut from the store once they are archived. The
 * others stay: `doctor` compares versions with those of commits, and the others say who had which right when.
 */
export const CUT_ACTIONS: readonly AuditAction[] = [
  'session.create',
  'session.end',
  'token.exchange',
  'token.give-back',
  'network.probe',
  'storage.check',
  'connection.describe',
  'change.stage',
  'change.validate',
  'change.discard',
  'change.wait',
  'change.give-up',
  'lease.acquire',
  'lease.read',
  'lease.renew',
  'lease.release',
  'lease.end',
  'version.retire',
  'version.destroy',
];

/** The entity of every row that records a restore of the store, whatever its project is. */
export const RESTORE_ENTITY = 'instance';

/** Younger rows are not cut: an idempotent repeat looks for its first run in the audit for as long as ids are kept, which is a day. */
export const CUT_LEAST_AGE_MS = 48 * 60 * 60 * 1000;

/** What an operation says of itself. `details` hold names, ids, counts and keyed hashes; never a value that a caller gave as a credential. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly entity:
    | 'project'
    | 'site'
    | 'streaming-system'
    | 'integration'
    | 'connection'
    | 'token'
    | 'session'
    | 'secret'
    | 'dialect-record';
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

/** The part of a row that the chain covers: its signature stands for all the other columns. */
export type LinkedRow = Pick<AuditRow, 'id' | 'rowHmac'>;

/** A copy of the chain's head that is kept elsewhere: it shows a cut tail. */
export interface Anchor {
  readonly seq: number;
  /** Hex of the chain hash of that row. */
  readonly head: string;
  readonly at: number;
}

/** A place on the chain: a row's number and chain hash. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: Buffer;
}

/** Where the chain begins in a store whose older rows were archived and cut. */
export interface ArchivedHead {
  /** The last row that was cut, and its chain hash: the next row of the store is linked to it. */
  readonly seq: number;
  readonly chainHash: Buffer;
  /** How many of the rows up to there stayed, and a chain of keyed hashes over them. */
  readonly kept: number;
  readonly keptHash: Buffer;
  readonly at: number;
  /** Signs all of it: without the master key nobody can cut rows and claim that they were archived. */
  readonly mac: Buffer;
}

export interface AuditFinding {
  /**
   * `unsealed` rows are waiting for the sealer and are no fault. `forged-cut`: the store says that rows were archived and cut, and the
   * record of it is not ours. `cut-altered`: the rows that stayed when others were cut were changed since. `lost`: a row that the gateway
   * had written was gone before it was numbered, as the audit says itself. `schema-altered`: a table is not as the
   * migrations made it, or something hangs on it that is not ours; `rowId` says what.
   */
  readonly kind:
    | 'edited'
    | 'schema-altered'
    | 'missing'
    | 'lost'
    | 'reordered'
    | 'truncated'
    | 'unanchored'
    | 'unsealed'
    | 'forged-cut'
    | 'cut-altered';
  readonly seq: number | null;
  readonly rowId: string | null;
}

/** What rows of `audit.lost` are about, so that they are found by it. */
export const LOST_ENTITY = 'audit';

/** The ids that a row of `audit.lost` names; of other rows none. */
export function lostIds({ action, details }: AuditEntry): readonly string[] {
  const { lost } = action === 'audit.lost' ? details : { lost: null };
  if (!Array.isArray(lost)) return [];
  return lost.map((row: unknown) => String((row as { readonly id?: unknown } | null)?.id));
}

/** Rows in pages, so that a log of any length is verified in bounded memory. Each call begins anew. */
export interface AuditPages {
  /** Ordered by number, after this one. */
  sealed(after: number): AsyncIterable<readonly AuditRow[]>;
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
  /** Where to go on; null at the end of the chain. */
  readonly next: AuditCursor | null;
}

/** How far a verification has come: among the rows that stayed after a cut (with their count and chain), or on the chain itself. */
export interface AuditCursor {
  readonly seq: number;
  readonly kept: { readonly count: number; readonly hash: Buffer } | null;
}

/** What is to be verified, and where to begin. */
export interface AuditRange {
  readonly archived: ArchivedHead | null;
  /** Null begins with the rows that stayed after a cut or, where nothing was cut, with the first row. */
  readonly from: AuditCursor | null;
  /** The row that `from` names, where it is on the chain. */
  readonly point: ChainPoint | null;
  /** True once the time of one call is over; the rest is another call's. */
  isOver(): boolean;
}
