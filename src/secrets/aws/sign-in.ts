import { askStsUnsigned, assumeRole, credentialsOf } from '../../connectors/kits/aws/aws-action.ts';
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

/** A key is read again from its file after that time. It is also the shortest session that STS gives. */
const SESSION_SECONDS = 900;

/** Who asks the services of AWS that hold secrets, or decrypt them. Throws SecretError. */
export async function signInToAws({ signIn, assumes, ...sts }: AwsLogin, egress: EgressSession): Promise<SignedIn<AwsIdentity>> {
  const own = signIn.by === 'key' ? signIn.key : await orSecretError(exchangeToken(egress, sts, signIn));
  if (assumes === null) return { session: own, seconds: SESSION_SECONDS };
  const where = { egress, region: sts.region, endpoint: sts.stsUrl ?? undefined };
  return { session: await orSecretError(assumeRole(own, { ...where, ...assumes })), seconds: SESSION_SECONDS };
}

/** A session of the role that the token stands for: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
async function exchangeToken(
  egress: EgressSession,
  { region, stsUrl }: Pick<AwsLogin, 'region' | 'stsUrl'>,
  { roleArn, token }: Extract<AwsSignIn, { readonly by: 'web-identity' }>,
): Promise<AwsIdentity> {
  return credentialsOf(
    await askStsUnsigned(
      { egress, region, endpoint: stsUrl ?? undefined, refusals: TOKEN_REFUSALS },
      {
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: roleArn,
        RoleSessionName: 'changeover',
        WebIdentityToken: token,
        DurationSeconds: String(SESSION_SECONDS),
      },
    ),
  );
}

const TOKEN_REFUSALS: Readonly<Record<string, Meaning>> = {
  InvalidIdentityToken: 'CREDENTIALS_REJECTED',
  IDPRejectedClaim: 'CREDENTIALS_REJECTED',
  IDPCommunicationError: 'PROVIDER_DOWN',
  AccessDenied: 'CREDENTIALS_REJECTED',
};
