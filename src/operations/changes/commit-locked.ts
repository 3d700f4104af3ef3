import type { Change } from '../../domain/change/change.ts';
import { type HeldBack, isHeldBack } from '../../domain/change/in-flight.ts';
import { lossesOf, type ParityRule, type PermissionLoss } from '../../domain/change/parity.ts';
import type { Comparison } from '../../domain/change/validation-store.ts';
import type { Connection, Version } from '../../domain/connection/connection.ts';
import { hasPassed } from '../../domain/connector/validation.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { ProjectVault } from '../../domain/ports/vault.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { gapBetween, readRestores } from '../audit/read-restores.ts';
import { loadConnection, openDetails } from '../connections/load-connection.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { boundAs, type Candidate } from '../references/resolve-credentials.ts';
import { actorId, record, type Services, scopeOf } from '../services.ts';
import { isProven, requireProof } from '../validations/obtain-proof.ts';
import { parityRuleOf } from '../validations/parity.ts';
import { isRepeat, requireOpen } from './find-change.ts';
import { nextVersion } from './next-version.ts';

export interface CommitOutcome {
  readonly changeId: string;
  readonly connectionId: string;
  readonly version: number;
  readonly committedAt: number;
}

export interface CommitOptions {
  readonly skipProof: boolean;
  /** The reason for break-glass. Null: live leases count. */
  readonly breakGlass: string | null;
  readonly acceptsLosses: boolean;
}

interface Committed {
  readonly outcome: CommitOutcome;
  /** The version was committed without proof and has to be validated afterwards. */
  readonly unproven: boolean;
  readonly isNew: boolean;
  /** The version that was CURRENT before. Null if the commit is a repeat. */
  readonly replaced: Version | null;
}

/**
 * Commits an open or waiting change inside a transaction that holds the connection's exclusive lock, or says which leases hold
 * it up. `candidate` is what proof has to be bound to. A change that was committed meanwhile answers with its first outcome, and is not new.
 */
export async function commitLocked(
  services: Services,
  actor: Actor,
  tx: Writers,
  keys: ProjectVault,
  changeId: string,
  options: CommitOptions,
  candidate: Candidate,
): Promise<Committed | HeldBack> {
  const change = await tx.changes.find(scopeOf(actor), changeId);
  if (change === null) throw notFound('temporary key');
  if (isRepeat(change, actor)) return { outcome: outcomeOf(change), unproven: false, isNew: false, replaced: null };
  await requireOpen(change, tx);
  const { connection, current } = await loadConnection(services, actor, change.connectionId, tx);
  requireBase(change, connection);
  const rule = proofRule(actor, connection, options.skipProof);
  const parity = await parityRuleOf(
    services,
    actor,
    { connection, inUse: current, next: change, acceptsLosses: options.acceptsLosses },
    tx,
  );
  const compared = rule === 'required' ? await requireProof(services, actor, tx, candidate, parity) : null;
  const proven = rule === 'required' || (await isProven(services, actor, tx, candidate, parity));
  // Content that does not open is not made CURRENT, whether it was proven before or not (N7).
  await openDetails(services, change, tx);
  const now = await tx.now();
  const leases = await tx.leases.liveOf(connection.id, now);
  if (isHeldBack(connection, leases, options.breakGlass)) return { change, policy: connection, leases, now };
  await requireDataKey(tx, change.projectId, keys.keyGeneration);
  const version = nextVersion(keys, change, current, {
    by: actorId(actor),
    now,
    proven,
    boundTo: boundAs(change, candidate, connection.isActive || proven),
    gap: gapBetween(await readRestores(services, tx), current.createdAt, now),
  });
  await promote(tx, actor, connection, current, version, now);
  await closeChange(tx, actor, change, version.version, now);
  await recordLosses(services, tx, actor, { connectionId: connection.id, changeId: change.id, parity, compared });
  await recordCommit(services, tx, actor, { change, version, leases, lost: lossesOf(compared?.errors ?? []), ...options });
  return {
    outcome: { changeId, connectionId: connection.id, version: version.version, committedAt: now },
    unproven: !proven && rule === 'afterwards',
    isNew: true,
    replaced: current,
  };
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

/** For the audit: who accepted that the new login may do less, and what is lost. Empty if nothing is lost. */
export async function recordLosses(
  services: Services,
  tx: Writers,
  actor: Actor,
  given: {
    readonly connectionId: string;
    readonly changeId: string | null;
    readonly parity: ParityRule | null;
    readonly compared: Comparison | null;
  },
): Promise<void> {
  const { parity, compared } = given;
  if (parity?.onLoss !== 'accept' || compared === null || hasPassed(compared)) return;
  await record(services, tx, actor, {
    action: 'connection.accept-losses',
    entity: 'connection',
    entityId: given.connectionId,
    details: {
      changeId: given.changeId,
      comparedWith: parity.comparedWith,
      lost: lossesOf(compared.errors).map(({ permission }) => permission),
      codes: [...new Set(compared.errors.map(({ code }) => code))],
    },
  });
}

async function recordCommit(
  services: Services,
  tx: Writers,
  actor: Actor,
  given: Pick<CommitOptions, 'breakGlass'> & {
    readonly change: Change;
    readonly version: Version;
    readonly leases: readonly Lease[];
    readonly lost: readonly PermissionLoss[];
  },
): Promise<void> {
  const { change, version, leases, lost, breakGlass } = given;
  if (breakGlass !== null) {
    await record(services, tx, actor, {
      action: 'connection.break-glass',
      entity: 'connection',
      entityId: change.connectionId,
      details: { changeId: change.id, reason: breakGlass, leaseIds: leases.map(({ id }) => id) },
    });
  }
  await record(services, tx, actor, {
    action: change.purpose === 'roll-back' ? 'connection.rollback' : 'connection.update',
    entity: 'connection',
    entityId: change.connectionId,
    details: {
      changeId: change.id,
      version: version.version,
      restoredFrom: change.restoredFrom,
      changedFields: change.changedFields,
      proven: version.proven,
      ...(lost.length === 0 ? {} : { lost: lost.map(({ permission }) => permission) }),
      liveLeases: leases.length,
      waited: change.state === 'PENDING',
      rowMac: version.rowMac.toString('hex'),
    },
  });
}
