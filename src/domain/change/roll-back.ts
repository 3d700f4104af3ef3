import type { Version } from '../connection/connection.ts';
import { badRequest, DomainError } from '../errors/errors.ts';
import type { Change } from './change.ts';

export interface RollBackRequest {
  /** The version to go back to; the newest PREVIOUS one when null. */
  readonly version: number | null;
  /** The version to leave; whichever is CURRENT when null. */
  readonly expectedVersion: number | null;
  readonly by: string;
  readonly now: number;
}

/**
 * Whether a roll-back is to be made, or was made already. After one, the version that was left is the newest PREVIOUS one: a request
 * that is sent again, since its answer was lost, would put the very credentials back that it was to take away. So where CURRENT is a roll-back to what is
 * asked for, the request is a repeat: by whoever says which version was to be left, and by whoever made it for as long as its change's key would
 * have lasted. `made` is the change that CURRENT came from. Throws VERSION_CONFLICT for a version that is not CURRENT, and for a second roll-back that says neither what to leave nor
 * where to go.
 */
export function isRollBackRepeat(current: Version, made: Change | null, request: RollBackRequest): boolean {
  const { version, expectedVersion, by, now } = request;
  const isSame = current.origin === 'roll-back' && (version === null || version === current.restoredFrom);
  if (isSame && made !== null) {
    if (expectedVersion !== null && expectedVersion === made.baseVersion) return true;
    if (expectedVersion === null && current.createdBy === by && now < made.expiresAt) return true;
  }
  if (expectedVersion === current.version) return false;
  if (expectedVersion !== null)
    throw new DomainError('VERSION_CONFLICT', `The connection is at version ${current.version}, and not at the one that was to be left.`, {
      currentVersion: current.version,
    });
  if (isSame)
    throw new DomainError(
      'VERSION_CONFLICT',
      `Version ${current.version} is a roll-back to version ${current.restoredFrom} already. Name another version to go on to.`,
      { currentVersion: current.version, restoredFrom: current.restoredFrom },
    );
  return false;
}

/** Throws BAD_REQUEST for a version that nobody can go back to: the CURRENT one, and one whose credentials have been destroyed. */
export function requireRestorable({ version, label, destroyedAt }: Pick<Version, 'version' | 'label' | 'destroyedAt'>): void {
  if (label === 'CURRENT') throw badRequest('version', 'This version is the current one.');
  if (destroyedAt !== null) throw badRequest('version', 'The credentials of this version have been destroyed.', { version });
}

/**
 * What was CURRENT when the request was looked at is what is to be left: another roll-back may have come in between. Throws
 * VERSION_CONFLICT. A change that an earlier run of the request has committed has its base behind it.
 */
export function requireStillCurrent(staged: Pick<Change, 'state' | 'baseVersion'>, looked: Pick<Version, 'version'>): void {
  if (staged.state !== 'OPEN' || staged.baseVersion === looked.version) return;
  throw new DomainError('VERSION_CONFLICT', 'The connection was changed at this moment. Look at it, then roll it back.', {
    currentVersion: staged.baseVersion,
  });
}

/** True of a roll-back that waits for running jobs, and is what the request asks for. */
export function isWaitingRollBack(waiting: Change | null, { version, by }: Pick<RollBackRequest, 'version' | 'by'>): waiting is Change {
  return waiting?.purpose === 'roll-back' && waiting.committedBy === by && waiting.restoredFrom === (version ?? waiting.restoredFrom);
}
