import { createHash } from 'node:crypto';
import type { GatewayAws } from '../../domain/aws/gateway-aws.ts';
import type { AskManager } from '../../domain/connection/reference/secret-manager.ts';
import { SECRET_MAX_BYTES, type SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { readAwsLogin } from '../aws/read-login.ts';
import { createManagerProvider } from '../manager/create-manager-provider.ts';
import type { DecryptQuestion } from './manager.ts';
import { readVariablePath, VARIABLE } from './variable-path.ts';

/** How variables are read, and what is asked to decrypt those that hold a ciphertext. */
export interface Environment {
  readonly variable: (name: string) => string | undefined;
  readonly aws: GatewayAws | null;
  readonly ask: AskManager;
}

/** The most that KMS takes, bytes. */
const CIPHERTEXT_MAX_BYTES = 6 * 1024;

/** Secrets in variables of the gateway's own environment, which is read in one place: here it is asked by name. */
export function createEnvProvider({ variable, aws, ask }: Environment, now?: () => number): SecretProvider {
  const nameOf = (path: string) => readVariablePath(path)?.name ?? '';
  const keyOf = (path: string) => readVariablePath(path)?.key ?? null;
  const isWithin = (path: string, prefix: string) => nameOf(path).startsWith(prefix);
  const isGranted = (path: string, prefixes: readonly string[]) => nameOf(path) !== '' && prefixes.some((prefix) => isWithin(path, prefix));

  const encrypted = createManagerProvider(
    {
      moduleUrl: import.meta.url.replace(/index(\.[jt]s)$/, 'manager$1'),
      pathForm:
        'The name of a variable begins with MCD_ or CHANGEOVER_SECRET_, and holds letters, digits and underscores; ?kms= and the ARN of a key in KMS behind it, or REGION/ID or REGION/alias/NAME, says what decrypts it, and &role=ARN the role that may.',
      prefixForm: 'A prefix of variables begins with MCD_ or CHANGEOVER_SECRET_, and holds letters, digits and underscores.',
      isPath: (path) => nameOf(path) !== '',
      isWithin,
      readPrefix: (prefix) => (VARIABLE.test(prefix) ? prefix : null),
      // Whatever decrypts it, a variable is one secret.
      identityOf: nameOf,
      roleOf: (path) => keyOf(path)?.role ?? null,
      // A role's session is good for what the role may decrypt, and for no other project.
      audienceOf: (path, roles) => JSON.stringify([keyOf(path)?.role, roles?.externalId]),
      login: (path, roles) => readAwsLogin(aws, { region: keyOf(path)?.region ?? '', role: keyOf(path)?.role }, roles),
      questionOf(path): DecryptQuestion {
        const { region = '', keyId = '' } = keyOf(path) ?? {};
        return { region, keyId, ciphertext: ciphertextOf(held(path)), url: aws?.endpoints.kms ?? null };
      },
    },
    ask,
    now,
  );

  function held(path: string): string {
    const value = variable(nameOf(path));
    if (value === undefined || value === '') throw new SecretError('missing');
    return value;
  }

  return {
    ...encrypted,
    /** KMS is asked again for another ciphertext, however long ago the last one was decrypted. */
    revisionOf(path, prefixes) {
      if (keyOf(path) === null || !isGranted(path, prefixes)) return null;
      return createHash('sha256')
        .update(variable(nameOf(path)) ?? '')
        .digest('base64');
    },
    async read(path, prefixes, signal, roles) {
      if (!isGranted(path, prefixes)) throw new SecretError('not-granted');
      const value = held(path);
      if (keyOf(path) === null) return plain(value);
      ciphertextOf(value);
      return await encrypted.read(path, prefixes, signal, roles);
    },
  };
}

function plain(value: string): Buffer {
  if (Buffer.byteLength(value) > SECRET_MAX_BYTES) throw new SecretError('too-large');
  return Buffer.from(value, 'utf8');
}

/** As `aws kms encrypt --output text` prints it; line ends that an editor put into it are left out. */
function ciphertextOf(value: string): string {
  const text = value.replace(/\s/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new SecretError('ill-formed', 'its ciphertext has to be base64');
  if (Buffer.from(text, 'base64').length > CIPHERTEXT_MAX_BYTES)
    throw new SecretError('ill-formed', 'its ciphertext is larger than the 6 KiB that KMS takes');
  return text;
}
