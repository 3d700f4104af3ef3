import { assumeRole, assumeRoleByToken, SESSION_SECONDS } from '../../connectors/kits/aws/aws-action.ts';
import type { AwsIdentity } from '../../connectors/kits/aws/sign-aws.ts';
import type { Meaning } from '../../connectors/kits/problems.ts';
import type { AwsSignIn } from '../../domain/aws/gateway-aws.ts';
import type { SignedIn } from '../../domain/connection/reference/secret-manager.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { orSecretError } from './ask-for-secret.ts';

export interface AwsLogin {
  readonly signIn: AwsSignIn;
  /** Where STS is asked, and its address when that is not the public one. */
  readonly region: string;
  readonly stsUrl: string | null;
  /** The role that reads, where it is not the gateway's own identity. */
  readonly assumes: { readonly arn: string; readonly externalId: string; readonly sessionName: string } | null;
}

/** Who asks the services of AWS that hold secrets, or decrypt them. Throws SecretError. */
export async function signInToAws({ signIn, assumes, region, stsUrl }: AwsLogin, egress: EgressSession): Promise<SignedIn<AwsIdentity>> {
  const sts = { egress, region, endpoint: stsUrl ?? undefined };
  const own = signIn.by === 'key' ? signIn.key : await orSecretError(assumeRoleByToken({ ...sts, refusals: TOKEN_REFUSALS }, signIn));
  const session = assumes === null ? own : await orSecretError(assumeRole(own, { ...sts, ...assumes }));
  // A key is read again from its file after that time, too.
  return { session, seconds: SESSION_SECONDS };
}

const TOKEN_REFUSALS: Readonly<Record<string, Meaning>> = {
  InvalidIdentityToken: 'CREDENTIALS_REJECTED',
  IDPRejectedClaim: 'CREDENTIALS_REJECTED',
  IDPCommunicationError: 'PROVIDER_DOWN',
  AccessDenied: 'CREDENTIALS_REJECTED',
};
