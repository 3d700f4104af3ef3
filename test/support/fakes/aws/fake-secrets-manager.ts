import { createHash } from 'node:crypto';
import { AwsRefusal, type AwsService } from './fake-aws.ts';
import { REGION } from './test-account.ts';

/** Its values, the last of which is AWSCURRENT and the one before AWSPREVIOUS; bytes are a binary secret. */
export interface FakeAwsSecret {
  readonly versions: readonly (string | Buffer)[];
  readonly state?: 'deleted' | 'locked';
}

export const SECRET_ROOT = `arn:aws:secretsmanager:${REGION}:123456789012:secret:`;

/** AWS puts six characters of its own behind the name. */
export function arnOfSecret(name: string): string {
  return `${SECRET_ROOT}${name}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

export function versionIdOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
}

/** GetSecretValue as it is documented: by name, by ARN or by an ARN without the last characters, with a stage or a version's id. */
export function fakeSecretsManager(secrets: ReadonlyMap<string, FakeAwsSecret>, state: { isBusy: boolean }): AwsService {
  return ({ action, body, method, url, headers }, may) => {
    const isJson = headers['content-type'] === 'application/x-amz-json-1.1';
    if (method !== 'POST' || url.pathname !== '/' || !isJson || headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      throw new AwsRefusal('UnknownOperationException');
    if (state.isBusy) throw new AwsRefusal('ThrottlingException');
    may(`secretsmanager:${action}`);
    const { SecretId, VersionStage = 'AWSCURRENT', VersionId, ...rest } = JSON.parse(body) as Readonly<Record<string, string>>;
    if (SecretId === undefined || Object.keys(rest).length > 0) throw new AwsRefusal('SerializationException');
    const [name, secret] = [...secrets].find(([one]) => [one, arnOfSecret(one), `${SECRET_ROOT}${one}`].includes(SecretId)) ?? [];
    if (name === undefined || secret === undefined) throw new AwsRefusal('ResourceNotFoundException');
    if (secret.state === 'deleted') throw new AwsRefusal('InvalidRequestException');
    if (secret.state === 'locked') throw new AwsRefusal('DecryptionFailure');
    const stages = ['AWSCURRENT', 'AWSPREVIOUS'];
    const at =
      VersionId === undefined
        ? secret.versions.length - 1 - stages.indexOf(VersionStage)
        : secret.versions.findIndex((_, one) => versionIdOf(one) === VersionId);
    const value = secret.versions[at];
    if (value === undefined || (VersionId === undefined && !stages.includes(VersionStage)))
      throw new AwsRefusal('ResourceNotFoundException');
    const content = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value.toString('base64') };
    return {
      status: 200,
      body: { ARN: arnOfSecret(name), Name: name, VersionId: versionIdOf(at), VersionStages: [], CreatedDate: 1.7e9, ...content },
    };
  };
}
