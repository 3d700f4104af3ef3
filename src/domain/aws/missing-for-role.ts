import type { Problem } from '../connector/validation.ts';

interface AskedRole {
  readonly role: string;
  readonly projectId: string;
  /** The project's own. */
  readonly externalId: string;
  /** What the details say; undefined where they leave it to us. */
  readonly given: unknown;
  readonly hasIdentity: boolean;
  readonly isGranted: boolean;
  /** Whether the kind can do without the gateway's identity. */
  readonly takesKey: boolean;
}

/** What has to be done before the gateway assumes a role for a project, in full: who has to do it, and with which words. Null when nothing is missing. */
export function missingForRole({ role, projectId, externalId, given, hasIdentity, isGranted, takesKey }: AskedRole): Problem | null {
  if (given !== undefined && given !== externalId)
    return {
      code: 'AWS_EXTERNAL_ID',
      cause: 'the external id is not the one of this project',
      friendlyMessage: `externalId: roles are assumed for this project with the external id ${externalId} alone.`,
      resolution: `Give that, or leave it out, and have the trust policy of ${role} ask for it.`,
    };
  if (hasIdentity && isGranted) return null;
  const steps = [
    ...(hasIdentity ? [] : ['set CHANGEOVER_AWS_KEY_FILE or CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE']),
    ...(isGranted ? [] : [`run: changeover aws-role grant --role ${role} --project ${projectId}`]),
  ];
  const resolution = `Have the operator ${steps.join(', and ')}. The trust policy of the role has to ask for the external id ${externalId}.${takesKey ? ' Or give accessKeyId and secretAccessKey.' : ''}`;
  return hasIdentity
    ? {
        code: 'AWS_ROLE_NOT_GRANTED',
        cause: 'the role is not granted to the project',
        friendlyMessage: `The operator has not let this project use the gateway's own AWS identity for ${role}.`,
        resolution,
      }
    : {
        code: 'AWS_IDENTITY_MISSING',
        cause: 'the gateway has no AWS identity',
        friendlyMessage: `The gateway has no AWS identity of its own that could assume ${role}.`,
        resolution,
      };
}

/** Where the file lies is for the operator, whose log has its setting. */
export const UNREADABLE_IDENTITY: Problem = {
  code: 'AWS_IDENTITY_MISSING',
  cause: "the gateway's AWS identity can't be read",
  friendlyMessage: "The gateway's own AWS identity can't be read at the moment.",
  resolution: 'Have the operator look at the log of the gateway, which names the setting.',
};
