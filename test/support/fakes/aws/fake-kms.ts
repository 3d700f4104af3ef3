import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AwsRefusal, type AwsService } from './fake-aws.ts';
import { REGION } from './test-account.ts';

export interface FakeKey {
  readonly id: string;
  /** Without the part `alias/`. */
  readonly alias: string;
  readonly state?: 'disabled' | 'deleting';
}

const ROOT = `arn:aws:kms:${REGION}:123456789012:`;

export function arnOfKey({ id }: Pick<FakeKey, 'id'>): string {
  return `${ROOT}key/${id}`;
}

function materialOf(key: FakeKey): Buffer {
  return createHash('sha256').update(key.id).digest();
}

/** A ciphertext as `aws kms encrypt --output text` prints it: it names its key, and whatever was said as the encryption context. */
export function encryptedBy(key: FakeKey, plaintext: string, context = ''): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', materialOf(key), nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from(key.id.padEnd(36)), nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Decrypt as it is documented, of symmetric keys, by id, alias or the ARN of either: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export function fakeKms(keys: readonly FakeKey[]): AwsService {
  return ({ action, body, method, url, headers }, may) => {
    const isJson = headers['content-type'] === 'application/x-amz-json-1.1';
    if (method !== 'POST' || url.pathname !== '/' || !isJson || headers['x-amz-target'] !== 'TrentService.Decrypt')
      throw new AwsRefusal('UnknownOperationException');
    may(`kms:${action}`);
    const { CiphertextBlob, KeyId, EncryptionContext, ...rest } = JSON.parse(body) as Readonly<Record<string, string>>;
    if (CiphertextBlob === undefined || Object.keys(rest).length > 0 || EncryptionContext !== undefined)
      throw new AwsRefusal('SerializationException');
    const blob = Buffer.from(CiphertextBlob, 'base64');
    if (blob.length < 1 || blob.length > 6144 || blob.toString('base64') !== CiphertextBlob) throw new AwsRefusal('ValidationException');
    const named = keys.find(({ id, alias }) => [id, `${ROOT}key/${id}`, `alias/${alias}`, `${ROOT}alias/${alias}`].includes(KeyId ?? id));
    if (named === undefined) throw new AwsRefusal('NotFoundException');
    if (named.state === 'disabled') throw new AwsRefusal('DisabledException');
    if (named.state === 'deleting') throw new AwsRefusal('KMSInvalidStateException');
    const used = keys.find(({ id }) => id === blob.subarray(0, 36).toString('utf8').trim());
    if (used === undefined) throw new AwsRefusal('InvalidCiphertextException');
    if (used !== named) throw new AwsRefusal('IncorrectKeyException');
    const plaintext = opened(used, blob);
    return { status: 200, body: { KeyId: arnOfKey(used), Plaintext: plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } };
  };
}

function opened(key: FakeKey, blob: Buffer): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', materialOf(key), blob.subarray(36, 48)).setAuthTag(blob.subarray(48, 64));
    return Buffer.concat([decipher.update(blob.subarray(64)), decipher.final()]).toString('base64');
  } catch {
    throw new AwsRefusal('InvalidCiphertextException');
  }
}
