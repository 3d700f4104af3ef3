import { z } from 'zod';
import type { AwsIdentity } from '../../connectors/kits/aws/sign-aws.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { askForSecret } from './ask-for-secret.ts';
import { type AwsLogin, signInToAws } from './sign-in.ts';

export interface AwsQuestion {
  readonly region: string;
  /** The whole ARN, or the name alone of a secret in the gateway's own account. */
  readonly secretId: string;
  readonly version: { readonly VersionStage: string } | { readonly VersionId: string } | null;
  /** Null for the public address. */
  readonly url: string | null;
}

/** AWS Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const manager: SecretManager<AwsLogin, AwsIdentity, AwsQuestion> = {
  signIn: signInToAws,
  async read({ session, question: { region, secretId, version, url } }, egress) {
    const answer = await askForSecret(
      { egress, identity: session, service: 'secretsmanager', region, endpoint: url ?? undefined },
      {
        action: 'GetSecretValue',
        target: 'secretsmanager.GetSecretValue',
        body: { SecretId: secretId, ...version },
        answer: ANSWER,
        failures: { DecryptionFailure: ['denied', 'its key in KMS'], InvalidRequestException: ['missing'] },
      },
    );
    // AWS takes a part of an ARN, too: then one secret would have several names.
    if (answer.ARN !== secretId && answer.Name !== secretId) throw new SecretError('missing', 'AWS has it under another ARN');
    return answer.SecretString === undefined ? Buffer.from(answer.SecretBinary ?? '', 'base64') : Buffer.from(answer.SecretString, 'utf8');
  },
};

const ANSWER = z.object({ ARN: z.string(), Name: z.string(), SecretString: z.string().optional(), SecretBinary: z.base64().optional() });
