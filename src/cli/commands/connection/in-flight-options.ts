import type { Command } from 'commander';
import type { CommitChangeMutation } from '../../documents/documents.ts';
import { wholeNumber } from '../shared.ts';

/** What a command that commits is told about running jobs and lost permissions. */
export interface InFlight {
  readonly acceptPermissionLosses?: boolean;
  readonly wait?: number;
  readonly breakGlass?: string;
}

export function withInFlight(command: Command): Command {
  return withAcceptance(command)
    .option('--wait <seconds>', 'under the policy WAIT: give up after this; an hour by default', wholeNumber('--wait', 1, 86_400))
    .option('--break-glass <reason>', 'commit although jobs hold the connection; needs an owner, and is audited');
}

export function withAcceptance(command: Command): Command {
  return command.option(
    '--accept-permission-losses',
    'save although the new login may do less than the one in use; what is lost is shown and audited',
  );
}

export function inFlightVariables({ wait, breakGlass, acceptPermissionLosses }: InFlight) {
  return { wait: wait ?? null, reason: breakGlass ?? null, accept: acceptPermissionLosses === true };
}

export type CommittedChange = NonNullable<CommitChangeMutation['commitChange']>;

export function describeCommit({ id, state, committedVersion, waitUntil, changedFields }: CommittedChange): readonly string[] {
  const fields = changedFields.join(', ') || 'nothing changed';
  return [
    state === 'PENDING'
      ? `Change ${id} (${fields}) waits for the running jobs, until ${waitUntil} at the most; no new lease is granted meanwhile.`
      : `Saved version ${committedVersion} (${fields}).`,
  ];
}
