import { type AssumableRoles, AwsSignInError, type GatewayAws } from '../../domain/aws/gateway-aws.ts';
import { unusable } from '../manager/read-login-file.ts';
import type { AwsLogin } from './sign-in.ts';

interface Named {
  readonly region: string;
  /** The role that reads in place of the gateway's own identity. */
  readonly role: string | undefined;
}

/** The gateway's own identity, read anew, and the role that it assumes for a project. Throws SecretError where there is no identity. */
export async function readAwsLogin(
  aws: GatewayAws | null,
  { region, role }: Named,
  { externalId = '', sessionName = '' }: Partial<AssumableRoles> = {},
): Promise<AwsLogin> {
  if (aws === null) throw unusable('neither CHANGEOVER_AWS_KEY_FILE nor CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE is set');
  try {
    const assumes = role === undefined ? null : { arn: role, externalId, sessionName };
    return { signIn: await aws.read(), region, stsUrl: aws.endpoints.sts ?? null, assumes };
  } catch (error) {
    // Its own text names a file of the operator's.
    if (!(error instanceof AwsSignInError)) throw error;
    throw unusable(
      `the file of ${aws.principal === null ? 'CHANGEOVER_AWS_KEY_FILE' : 'CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE'} cannot be used`,
    );
  }
}
