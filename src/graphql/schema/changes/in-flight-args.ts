import type { WaitingCommit } from '../../../operations/commits/commit-options.ts';
import type { Builder } from '../builder.ts';

type MutationFields = Parameters<Parameters<Builder['mutationFields']>[0]>[0];

/** What a caller may say about a login that may do less than the one in use. */
export function lossesArg(t: MutationFields) {
  return {
    acceptPermissionLosses: t.arg.boolean({
      description: 'Saves although the new login may do less than the one in use. What is lost is audited.',
    }),
  };
}

/** What a caller may say about the jobs that hold the connection. */
export function inFlightArgs(t: MutationFields) {
  return {
    ...lossesArg(t),
    waitSeconds: t.arg.int({ description: 'Under WAIT: give up after this, 1 to 86,400; an hour by default.' }),
    breakGlassReason: t.arg.string({
      description: 'Commits although jobs hold the connection. Needs an owner; up to 500 characters, audited. It lifts no other rule.',
    }),
  };
}

export function readInFlight(given: {
  readonly waitSeconds?: number | null | undefined;
  readonly breakGlassReason?: string | null | undefined;
  readonly acceptPermissionLosses?: boolean | null | undefined;
}): Pick<WaitingCommit, 'waitMs' | 'breakGlass' | 'acceptsLosses'> {
  return {
    acceptsLosses: given.acceptPermissionLosses === true,
    ...(given.waitSeconds == null ? {} : { waitMs: given.waitSeconds * 1000 }),
    ...(given.breakGlassReason == null ? {} : { breakGlass: given.breakGlassReason }),
  };
}
