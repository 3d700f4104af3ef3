import type { Connection, Version } from '../connection/connection.ts';
import { DomainError } from '../errors/errors.ts';
import type { Change } from './change.ts';

/** True while the version that the change was staged on is the CURRENT one: of two changes on one base the first to commit wins. */
export function isOnCurrent({ baseVersion }: Pick<Change, 'baseVersion'>, { currentVersion }: Pick<Connection, 'currentVersion'>): boolean {
  return baseVersion === currentVersion;
}

/** Throws VERSION_CONFLICT for a change that was staged on another version than the CURRENT one. */
export function requireBase(change: Pick<Change, 'baseVersion'>, connection: Pick<Connection, 'currentVersion'>): void {
  if (isOnCurrent(change, connection)) return;
  throw new DomainError(
    'VERSION_CONFLICT',
    `The connection is at version ${connection.currentVersion}; this change was staged on version ${change.baseVersion}. Stage it again.`,
    { currentVersion: connection.currentVersion, baseVersion: change.baseVersion },
  );
}

/** Throws VERSION_CONFLICT where another version is CURRENT than the one that the caller has seen. */
export function requireExpected({ currentVersion }: Pick<Connection, 'currentVersion'>, expected: number | undefined): void {
  if (expected !== undefined && currentVersion !== expected)
    throw new DomainError('VERSION_CONFLICT', `The connection is at version ${currentVersion}, and not at the one that was expected.`, {
      currentVersion,
    });
}

/** Throws VERSION_CONFLICT where another version became CURRENT while this one was being proven. */
export function requireStillCurrent({ currentVersion }: Pick<Connection, 'currentVersion'>, { version }: Pick<Version, 'version'>): void {
  if (currentVersion !== version)
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed while it was being proven. Enable it again.', { currentVersion });
}
