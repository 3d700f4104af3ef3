import type { Change } from '../../domain/change/change.ts';
import { type CommitOptions, commitVerdict } from '../../domain/change/commit-verdict.ts';
import { type HeldBack, inFlightUnder, type LeaseRule } from '../../domain/change/in-flight.ts';
import { isRepeat, noSuchKey, requireOpen } from '../../domain/change/open-change.ts';
import { lossesOf } from '../../domain/change/proof/parity.ts';
import type { Connection, Version } from '../../domain/connection/connection.ts';
import { boundAs } from '../../domain/connection/destination/destination-binding.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { ProjectVault } from '../../domain/ports/vault.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { nextVersion } from '../../domain/version/next-version.ts';
import { overlapEnd } from '../../domain/version/retirement.ts';
import { gapBetween } from '../../domain/version/version-gap.ts';
import { readRestores } from '../audit/read-restores.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { openDetails } from '../connections/sealed-details.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import type { Candidate } from '../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { findProof } from '../validations/proof/find-proof.ts';
import { parityRuleOf } from '../validations/proof/parity.ts';
import { recordCommit, recordLosses } from './record-commit.ts';

export interface CommitOutcome {
  readonly changeId: string;
  readonly connectionId: string;
  readonly version: number;
  readonly committedAt: number;
}

export interface LockedCommit {
  readonly changeId: string;
  readonly keys: ProjectVault;
  readonly options: CommitOptions;
  /** What proof has to be bound to. */
  readonly candidate: Candidate;
  /** What live leases mean for it, where that is not for the connection's policy to say. */
  readonly leaseRule?: LeaseRule;
  /** What is done in the same transaction, once the version is CURRENT. */
  readonly beside?: (tx: Writers) => Promise<void>;
}

export interface Committed {
  readonly outcome: CommitOutcome;
  /** The version was committed without proof and has to be validated afterwards. */
  readonly validatesAfterwards: boolean;
  readonly isNew: boolean;
  /** The version that was CURRENT before. Null if the commit is a repeat. */
  readonly replaced: Version | null;
}

/**
 * Commits an open or waiting change inside a transaction that holds the connection's exclusive lock, or says which leases hold
 * it up: nothing is written then. A change that was committed meanwhile answers with its first outcome, and is not new.
 */
export async function commitLocked(
  services: Services,
  actor: Actor,
  tx: Writers,
  { changeId, keys, options, candidate, leaseRule, beside }: LockedCommit,
): Promise<Committed | HeldBack> {
  const change = await tx.changes.find(scopeOf(actor), changeId);
  if (change === null) throw noSuchKey(false);
  if (isRepeat(change, actorId(actor))) return { outcome: outcomeOf(change), validatesAfterwards: false, isNew: false, replaced: null };
  const now = await tx.now();
  requireOpen(change, now);
  const { connection: loaded, current } = await loadConnection(services, actor, change.connectionId, tx);
  const connection = { ...loaded, inFlight: inFlightUnder(loaded.inFlight, leaseRule ?? null) };
  const { acceptsLosses } = options;
  const parity = await parityRuleOf(services, actor, { connection, inUse: current, next: change, acceptsLosses }, tx);
  const proof = await findProof(services, actor, { candidate, parity }, tx);
  const leases = await tx.leases.liveOf(connection.id, now);
  const verdict = commitVerdict({ actor, change, connection, proof, liveLeases: leases, options });
  // Content that does not open is not made CURRENT, whether it was proven before or not (N7).
  await openDetails(services, change, tx);
  if (verdict.isHeldBack) return { change, policy: connection, leases, now };
  await requireDataKey(tx, change.projectId, keys.keyGeneration);
  const { proven, compared } = verdict;
  const version = nextVersion(keys, change, current, {
    by: actorId(actor),
    now,
    proven,
    boundTo: boundAs(change, candidate, connection.isActive || proven),
    gap: gapBetween(await readRestores(services, tx), current.createdAt, now),
  });
  await promote(tx, actor, connection, { current, next: version });
  await closeChange(tx, actor, change, { version: version.version, now });
  await recordLosses(services, tx, actor, { connectionId: connection.id, changeId, parity, compared });
  await recordCommit(services, tx, actor, { change, version, leases, lost: lossesOf(compared?.errors ?? []), ...options });
  await beside?.(tx);
  return {
    outcome: { changeId, connectionId: connection.id, version: version.version, committedAt: now },
    validatesAfterwards: verdict.validatesAfterwards,
    isNew: true,
    replaced: current,
  };
}

function outcomeOf({ id, connectionId, committedVersion, committedAt }: Change): CommitOutcome {
  return { changeId: id, connectionId, version: committedVersion ?? 0, committedAt: committedAt ?? 0 };
}

/** Takes the key out of use. The connection's exclusive lock is held, so nobody else can have done it meanwhile. */
export async function closeChange(
  tx: Writers,
  actor: Actor,
  { id }: Change,
  { version, now }: { readonly version: number; readonly now: number },
): Promise<void> {
  if (!(await tx.changes.commit(id, version, actorId(actor), now)))
    throw new DomainError('CHANGE_OUTDATED', 'The change is no longer open. Stage it again.', { changeId: id });
}

async function promote(
  tx: Writers,
  actor: Actor,
  connection: Connection,
  { current, next }: { readonly current: Version; readonly next: Version },
): Promise<void> {
  const now = next.createdAt;
  const advanced = await tx.connections.advance(
    scopeOf(actor),
    connection.id,
    { from: current.version, to: next.version },
    { by: actorId(actor), now },
  );
  const demoted = advanced && (await tx.versions.demote(connection.id, current.version, overlapEnd(connection, now)));
  if (!demoted)
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed meanwhile. Stage the change again.', {
      baseVersion: current.version,
    });
  await tx.versions.append(next);
}
