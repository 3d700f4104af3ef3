import { type Actor, requirePermission } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import type { Connection, Version } from '../domain/connection.ts';
import { DomainError, notFound } from '../domain/errors.ts';
import type { Lease } from '../domain/lease.ts';
import type { Writers } from '../domain/store.ts';
import { findChange, isRepeat, requireOpen } from './find-change.ts';
import { loadConnection, openDetails } from './load-connection.ts';
import { nextVersion } from './next-version.ts';
import { obtainProof, requireProof } from './obtain-proof.ts';
import { missingProofs, subjectOfChange, testConnection } from './run-validation.ts';
import { actorId, record, type Services, scopeOf, writeAs } from './services.ts';

export interface CommitOutcome {
  readonly changeId: string;
  readonly connectionId: string;
  readonly version: number;
  readonly committedAt: number;
}

export interface CommitInput {
  readonly key: string;
  readonly connectionId: string;
  /** Honoured on ADVISORY connections, and for an owner on VALIDATED ones: committed as unproven, then validated at once. */
  readonly skipProof?: boolean;
}

const UPDATES = ['update', 'roll-back'] as const;

/**
 * Makes a staged change CURRENT. Missing proof is obtained first. Of two changes on one base the first to commit wins and the
 * other gets VERSION_CONFLICT; repeating a committed key answers as the first time and changes nothing.
 * Throws NOT_FOUND, CHANGE_OUTDATED, CHANGE_EXPIRED, VERSION_CONFLICT, VALIDATION_FAILED, CONNECTION_IN_USE, UNAVAILABLE.
 */
export async function commitChange(services: Services, actor: Actor, input: CommitInput): Promise<CommitOutcome> {
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: UPDATES });
  requirePermission(actor, change.purpose === 'roll-back' ? 'rollback' : 'commit');
  if (isRepeat(change, actor)) return outcomeOf(change);
  await requireOpen(change, services.store);
  const { connection } = await loadConnection(services, actor, change.connectionId);
  const proof = proofRule(actor, connection, input.skipProof === true);
  // A newer version may be this very change's, committed by a racing use of the key: the transaction tells, and nothing is dialled for it.
  if (proof === 'required' && connection.currentVersion === change.baseVersion)
    await obtainProof(services, actor, await subjectOfChange(services, actor, change));
  const keys = await services.vault.forProject(actor.projectId);
  const { outcome, unproven } = await writeAs(services, actor, async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    const latest = await tx.changes.find(scopeOf(actor), change.id);
    if (latest === null) throw notFound('temporary key');
    if (isRepeat(latest, actor)) return { outcome: outcomeOf(latest), unproven: false };
    await requireOpen(latest, tx);
    const { connection: base, current } = await loadConnection(services, actor, change.connectionId, tx);
    requireBase(latest, base);
    const rule = proofRule(actor, base, input.skipProof === true);
    if (rule === 'required') await requireProof(services, actor, tx, change);
    const proven = rule === 'required' || (await missingProofs(services, actor, change, tx)).length === 0;
    // What does not open, proven before or not, is not made CURRENT (N7).
    await openDetails(services, latest, tx);
    const now = await tx.now();
    const leases = await tx.leases.liveOf(base.id, now);
    if (base.inFlight === 'REFUSE' && leases.length > 0)
      throw inUse('Running jobs hold this connection, and its policy refuses a commit while they do.', leases, now);
    const version = nextVersion(keys, latest, current, { by: actorId(actor), now, proven });
    await promote(tx, actor, base, current, version, now);
    await closeChange(tx, actor, change, version.version, now);
    await record(services, tx, actor, {
      action: change.purpose === 'roll-back' ? 'connection.rollback' : 'connection.update',
      entity: 'connection',
      entityId: base.id,
      details: {
        changeId: change.id,
        version: version.version,
        restoredFrom: change.restoredFrom,
        changedFields: change.changedFields,
        proven,
        liveLeases: leases.length,
        rowMac: version.rowMac.toString('hex'),
      },
    });
    return {
      outcome: { changeId: change.id, connectionId: base.id, version: version.version, committedAt: now },
      unproven: !proven && rule === 'afterwards',
    };
  });
  if (unproven) services.later('validate-unproven', () => testConnection(services, actor, { connectionId: outcome.connectionId }));
  return outcome;
}

function outcomeOf(change: Change): CommitOutcome {
  return {
    changeId: change.id,
    connectionId: change.connectionId,
    version: change.committedVersion ?? 0,
    committedAt: change.committedAt ?? 0,
  };
}

function requireBase(change: Change, connection: Connection): void {
  if (connection.currentVersion === change.baseVersion) return;
  throw new DomainError(
    'VERSION_CONFLICT',
    `The connection is at version ${connection.currentVersion}; this change was staged on version ${change.baseVersion}. Stage it again.`,
    {
      currentVersion: connection.currentVersion,
      baseVersion: change.baseVersion,
    },
  );
}

/**
 * Whether a commit needs proof. An inactive connection does without until it is enabled; on an ADVISORY one it is recorded
 * afterwards. To skip it on a VALIDATED one takes an owner.
 */
export function proofRule(
  actor: Actor,
  connection: Pick<Connection, 'isActive' | 'commitPolicy'>,
  skip: boolean,
): 'required' | 'afterwards' | 'not-needed' {
  if (!connection.isActive) return 'not-needed';
  if (connection.commitPolicy === 'ADVISORY') return 'afterwards';
  if (!skip) return 'required';
  if (actor.permissions.has('skip-proof')) return 'afterwards';
  throw new DomainError('VALIDATION_FAILED', "This connection's policy VALIDATED needs proof before a commit; only an owner may skip it.", {
    policy: 'VALIDATED',
  });
}

export function inUse(message: string, leases: readonly Lease[], now: number): DomainError {
  const last = Math.max(...leases.map(({ expiresAt }) => expiresAt));
  return new DomainError('CONNECTION_IN_USE', message, {
    retryAfterSeconds: Math.max(1, Math.ceil((last - now) / 1000)),
    jobs: leases.map((lease) => ({
      leaseId: lease.id,
      job: lease.job,
      version: lease.version,
      since: new Date(lease.acquiredAt).toISOString(),
      expectedEnd: new Date(lease.expiresAt).toISOString(),
    })),
  });
}

/** Takes the key out of use. The connection's exclusive lock is held, so nobody else can have done it meanwhile. */
export async function closeChange(tx: Writers, actor: Actor, change: Change, version: number, now: number): Promise<void> {
  if (!(await tx.changes.commit(change.id, version, actorId(actor), now)))
    throw new DomainError('CHANGE_OUTDATED', 'The change is no longer open. Stage it again.', { changeId: change.id });
}

async function promote(tx: Writers, actor: Actor, base: Connection, current: Version, next: Version, now: number): Promise<void> {
  const advanced = await tx.connections.advance(scopeOf(actor), base.id, current.version, next.version, actorId(actor), now);
  const demoted = advanced && (await tx.versions.demote(base.id, current.version, now + base.overlapMs));
  if (!demoted)
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed meanwhile. Stage the change again.', {
      baseVersion: current.version,
    });
  await tx.versions.append(next);
}
