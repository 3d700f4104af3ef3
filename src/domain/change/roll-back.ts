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
 * Whether the roll-back that a request asks for has been made already. After a roll-back the version that it replaced is the newest
 * PREVIOUS one: if the answer is lost and the request is sent again, it would bring back the very credentials that it was to remove. So
 * where CURRENT already is a roll-back to the version that is asked for, the request is a repeat if it names the version that was to be
 * replaced, or if the same caller sends it before the key of the first change would have expired. `made` is the change that CURRENT came
 * from. Throws VERSION_CONFLICT where the named version is not CURRENT, and for a second roll-back that names neither the version to
 * replace nor the one to go back to.
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
 * A roll-back replaces the version that was CURRENT when the request was read. Throws VERSION_CONFLICT where another commit came in
 * between. A change that an earlier run of the same request has committed is accepted: its base is older by then.
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
