import type { Change } from '../../domain/change/change.ts';
import type { CommitOptions } from '../../domain/change/commit-verdict.ts';
import { lossesOf, type ParityRule, type PermissionLoss } from '../../domain/change/proof/parity.ts';
import type { Comparison } from '../../domain/change/proof/validation-store.ts';
import type { Version } from '../../domain/connection/connection.ts';
import { hasPassed } from '../../domain/connector/validation.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';

/** Who took it that the new login may do less, and what that is. Nothing where nothing was lost. */
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

/** That a change became a version, and what jobs had to say about it: break-glass has a row of its own. */
export async function recordCommit(
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
