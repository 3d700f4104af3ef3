/** Everything that is audited. A closed list: the reference page, filters and alerts are made of it. */
export const AUDIT_ACTIONS = [
  'instance.start',
  'instance.rekey',
  'project.rekey',
  'project.retire-key',
  'session.create',
  'session.end',
  'site.rename',
  'network.probe',
  'storage.check',
  'token.create',
  'token.revoke',
  'secret-provider.grant',
  'secret-provider.revoke',
  'connection.create',
  'connection.update',
  'connection.rollback',
  'connection.break-glass',
  'connection.rename',
  'connection.enable',
  'connection.disable',
  'connection.protect',
  'connection.policy',
  'connection.delete',
  'connection.reseal',
  'integration.rename',
  'integration.delete',
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
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

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
