import type { ValidatorReport } from '../../domain/connector/connector.ts';

/** The report of a check of permissions that the caller asked to leave out. */
export function skippedAsAsked(): ValidatorReport {
  return {
    errors: [],
    warnings: [
      {
        code: 'SKIPPED',
        cause: 'skipPermissionTests was set',
        friendlyMessage: 'Permissions were not checked, as was asked for.',
        resolution: 'Run it again without skipPermissionTests.',
      },
    ],
  };
}
