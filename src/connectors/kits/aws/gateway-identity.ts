import type { GrantedAws } from '../../../domain/aws/gateway-aws.ts';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { type Meaning, type Refusal, refusal, says } from '../problems.ts';
import { assumeRole, assumeRoleByToken } from './aws-action.ts';
import type { AwsIdentity } from './sign-aws.ts';

/** The gateway's own identity as it signs, and how it assumes roles for the project. */
export interface GatewayIdentity {
  readonly endpoints: Readonly<Record<string, string>>;
  readonly externalId: string;
  /** With the project's external id, unless another, or none, is to be tried. Throws Refusal. */
  assume(arn: string, externalId?: string | null): Promise<AwsIdentity>;
}

/**
 * Signs in as the gateway itself. `granted` is what the operator lets this run do: nothing is asked of AWS without it. Neither the place nor the protection of STS
 * is for a connection to say, since what is signed here would be worth something to whoever was asked.
 */
export async function openGatewayIdentity(
  { egress, region }: { readonly egress: EgressSession; readonly region: string },
  granted: GrantedAws | null,
): Promise<GatewayIdentity> {
  if (granted === null) throw notGranted();
  const { signIn, endpoints, externalId, roles, sessionName } = granted;
  const sts = { egress, region, endpoint: endpoints.sts };
  const own = signIn.by === 'key' ? signIn.key : await assumeRoleByToken({ ...sts, refusals: TOKEN_REFUSED }, signIn);
  return {
    endpoints,
    externalId,
    async assume(arn, said = externalId) {
      if (!roles.includes(arn)) throw notGranted();
      const refusals = refusedRole(arn, externalId);
      return await assumeRole(own, { ...sts, arn, sessionName, refusals, ...(said === null ? {} : { externalId: said }) });
    },
  };
}

/** A run that has a grant was given it: this is not met unless a kind asks for what it did not announce. */
function notGranted(): Refusal {
  return refusal(
    'AWS_ROLE_NOT_GRANTED',
    'the role is not granted to the project',
    "The operator has not let this project use the gateway's own AWS identity for this role.",
    'Ask the operator for it: changeover aws-role grant.',
  );
}

const OPERATOR = "AWS refused the gateway's own identity.";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors */
const TOKEN_REFUSED: Readonly<Record<string, Meaning>> = {
  ExpiredTokenException: says(
    'AWS_IDENTITY_REFUSED',
    OPERATOR,
    'Have the operator see to it that the web identity token file is written anew.',
  ),
  InvalidIdentityToken: says(
    'AWS_IDENTITY_REFUSED',
    OPERATOR,
    'Have the operator check that the account knows the issuer of the token as an identity provider, and the audience of the token.',
  ),
  IDPRejectedClaim: says('AWS_IDENTITY_REFUSED', OPERATOR, 'Have the operator check the web identity token: its issuer refused it.'),
  IDPCommunicationError: says('PROVIDER_DOWN', "AWS did not reach the issuer of the gateway's token.", 'Try again in a minute.'),
  AccessDenied: says(
    'AWS_IDENTITY_REFUSED',
    OPERATOR,
    'Have the operator check the trust policy of CHANGEOVER_AWS_ROLE_ARN: who the token is for (sub), and its audience (aud).',
  ),
};

const KEY_REFUSED = says(
  'AWS_IDENTITY_REFUSED',
  OPERATOR,
  'Have the operator check the key of CHANGEOVER_AWS_KEY_FILE: that it is active, and has not expired; a clock that is minutes off is refused like that, too.',
);

/** AWS has one code for a role that is not there, a trust that does not name the gateway, another external id, and a policy of the gateway's own. */
function refusedRole(arn: string, externalId: string): Readonly<Record<string, Meaning>> {
  return {
    InvalidClientTokenId: KEY_REFUSED,
    SignatureDoesNotMatch: KEY_REFUSED,
    ExpiredToken: KEY_REFUSED,
    AccessDenied: says(
      'ACCESS_DENIED',
      'AWS did not let the gateway assume the role.',
      `Check that ${arn} exists, that its trust policy names the gateway's identity and asks for the external id ${externalId} (changeover aws-role list shows it whole), and that the gateway's identity is allowed sts:AssumeRole on it.`,
    ),
  };
}
