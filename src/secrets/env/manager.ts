import { z } from 'zod';
import type { AwsIdentity } from '../../connectors/kits/aws/sign-aws.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import { askForSecret, type SecretFailures } from '../aws/ask-for-secret.ts';
import { type AwsLogin, signInToAws } from '../aws/sign-in.ts';

export interface DecryptQuestion {
  readonly region: string;
  /** A whole ARN, or the id or alias of a key in the account of whoever asks. */
  readonly keyId: string;
  /** What the variable holds, base64. */
  readonly ciphertext: string;
  /** Null for the public address. */
  readonly url: string | null;
}

/** AWS KMS, which decrypts what a variable holds: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export const manager: SecretManager<AwsLogin, AwsIdentity, DecryptQuestion> = {
  signIn: signInToAws,
  async read({ session, question: { region, keyId, ciphertext, url } }, egress) {
    const answer = await askForSecret(
      { egress, identity: session, service: 'kms', region, endpoint: url ?? undefined },
      {
        action: 'Decrypt',
        target: 'TrentService.Decrypt',
        // Without the key KMS takes whichever one the ciphertext names.
        body: { CiphertextBlob: ciphertext, KeyId: keyId },
        answer: ANSWER,
        failures: FAILURES,
      },
    );
    return Buffer.from(answer.Plaintext, 'base64');
  },
};

const ANSWER = z.object({ Plaintext: z.base64() });

const FAILURES: SecretFailures = {
  AccessDeniedException: ['denied', 'kms:Decrypt with the key in KMS'],
  NotFoundException: ['missing', 'its key in KMS'],
  InvalidArnException: ['missing', 'its key in KMS'],
  ValidationException: ['missing', 'its key in KMS'],
  DisabledException: ['denied', 'its key in KMS is disabled'],
  KMSInvalidStateException: ['denied', 'its key in KMS is disabled, or waits for its deletion'],
  InvalidKeyUsageException: ['ill-formed', 'its key in KMS does not decrypt'],
  IncorrectKeyException: ['ill-formed', 'it was encrypted with another key in KMS'],
  InvalidCiphertextException: ['ill-formed', 'it is no ciphertext of KMS, or one with an encryption context'],
};
