import { z } from 'zod';
import { askAws, askStsUnsigned, assumeRole, credentialsOf } from '../../connectors/kits/aws/aws-action.ts';
import type { AwsIdentity } from '../../connectors/kits/aws/sign-aws.ts';
import { type Meaning, Refusal, says } from '../../connectors/kits/problems.ts';
import type { AwsSignIn } from '../../domain/aws/gateway-aws.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';

export interface AwsLogin {
  readonly signIn: AwsSignIn;
  /** Where STS is asked, and its address when that is not the public one. */
  readonly region: string;
  readonly stsUrl: string | null;
  /** The role that reads, where it is not the gateway's own identity. */
  readonly assumes: { readonly arn: string; readonly externalId: string; readonly sessionName: string } | null;
}

export interface AwsQuestion {
  readonly region: string;
  /** The whole ARN, or the name alone of a secret in the gateway's own account. */
  readonly secretId: string;
  readonly version: { readonly VersionStage: string } | { readonly VersionId: string } | null;
  /** Null for the public address. */
  readonly url: string | null;
}

/** A key is read again from its file after that time. It is also the shortest session that STS gives. */
const SESSION_SECONDS = 900;

/** AWS Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const manager: SecretManager<AwsLogin, AwsIdentity, AwsQuestion> = {
  async signIn({ signIn, assumes, ...sts }, egress) {
    const own = signIn.by === 'key' ? signIn.key : await orSecretError(exchangeToken(egress, sts, signIn));
    if (assumes === null) return { session: own, seconds: SESSION_SECONDS };
    const where = { egress, region: sts.region, endpoint: sts.stsUrl ?? undefined };
    return { session: await orSecretError(assumeRole(own, { ...where, ...assumes })), seconds: SESSION_SECONDS };
  },
  async read({ session, question: { region, secretId, version, url } }, egress) {
    const service = { egress, identity: session, service: 'secretsmanager', region, endpoint: url ?? undefined, refusals: REFUSALS };
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const answer = await orSecretError(askAws(service, 'GetSecretValue', { headers, body: { SecretId: secretId, ...version } }, ANSWER));
    // AWS takes a part of an ARN, too: then one secret would have several names.
    if (answer.ARN !== secretId && answer.Name !== secretId) throw new SecretError('missing', 'AWS has it under another ARN');
    return answer.SecretString === undefined ? Buffer.from(answer.SecretBinary ?? '', 'base64') : Buffer.from(answer.SecretString, 'utf8');
  },
};

const ANSWER = z.object({ ARN: z.string(), Name: z.string(), SecretString: z.string().optional(), SecretBinary: z.base64().optional() });

const REFUSALS: Readonly<Record<string, Meaning>> = {
  DecryptionFailure: says('ACCESS_DENIED', 'its KMS key', ''),
  InvalidRequestException: 'DATABASE_NOT_FOUND',
};

async function orSecretError<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw error instanceof Refusal ? meantBy(error) : error;
  }
}

/** What else than the secret itself may not be used. */
const DENIED: readonly (readonly [RegExp, string])[] = [
  [/DecryptionFailure$/, 'its key in KMS'],
  [/sts:AssumeRole\b/, 'the role that reads it, whose trust policy has to name the gateway and the external id of the project'],
];

function meantBy({ problem: { code, cause } }: Refusal): SecretError {
  switch (code) {
    case 'CREDENTIALS_REJECTED':
      return new SecretError('signed-out', cause);
    case 'ACCESS_DENIED':
      return new SecretError('denied', DENIED.find(([pattern]) => pattern.test(cause))?.[1] ?? null);
    case 'DATABASE_NOT_FOUND':
      return new SecretError('missing');
    case 'RATE_LIMITED':
      return new SecretError('throttled');
    default:
      return new SecretError('unreachable', cause);
  }
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
