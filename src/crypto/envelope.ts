import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { derive } from './derive.ts';

/**
 * The sealed record. Layout, in bytes:
 * "CHG1" 4 | algorithm 1 (01 = AES-256-GCM) | generation of the data key 4, big-endian | salt 16 | nonce 12 | commitment 16 | ciphertext | tag 16.
 * Each record has a key of its own, derived from the data key and a fresh salt, and a commitment to it: GCM alone would open
 * under more than one key.
 */
const MAGIC = Buffer.from('CHG1', 'latin1');
const AES_256_GCM = 1;
const SALT = 16;
const NONCE = 12;
const COMMIT = 16;
const TAG = 16;
const HEADER = 4 + 1 + 4 + SALT + NONCE + COMMIT;

export type OpenFailure = 'format' | 'key' | 'altered';

export class EnvelopeError extends Error {
  readonly failure: OpenFailure;

  constructor(failure: OpenFailure) {
    super(failure);
    this.name = 'EnvelopeError';
    this.failure = failure;
  }
}

/** Salt and nonce are fresh for each record; a caller gives its own source only to fix the format in a test. */
export function seal(
  { key, generation }: { readonly key: Uint8Array; readonly generation: number },
  plaintext: Uint8Array,
  associated: Uint8Array,
  random: (size: number) => Buffer = randomBytes,
): Buffer {
  const salt = random(SALT);
  const nonce = random(NONCE);
  const record = derive(key, salt, 'chg/rec', 32 + COMMIT);
  try {
    const cipher = createCipheriv('aes-256-gcm', record.subarray(0, 32), nonce);
    cipher.setAAD(associated);
    const header = Buffer.alloc(5 + 4);
    MAGIC.copy(header);
    header.writeUInt8(AES_256_GCM, 4);
    header.writeUInt32BE(generation, 5);
    return Buffer.concat([header, salt, nonce, record.subarray(32), cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  } finally {
    record.fill(0);
  }
}

/** The generation of the data key that a record needs. Throws EnvelopeError 'format'. */
export function generationOf(blob: Uint8Array): number {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < HEADER + TAG || !bytes.subarray(0, 4).equals(MAGIC) || bytes[4] !== AES_256_GCM) throw new EnvelopeError('format');
  return bytes.readUInt32BE(5);
}

/**
 * Throws EnvelopeError: 'format' for bytes that are no record, 'key' for a record of another key, 'altered' for one that was changed or
 * moved.
 */
export function open(dataKey: Uint8Array, blob: Uint8Array, associated: Uint8Array): Buffer {
  generationOf(blob);
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const salt = bytes.subarray(9, 9 + SALT);
  const nonce = bytes.subarray(9 + SALT, 9 + SALT + NONCE);
  const commit = bytes.subarray(9 + SALT + NONCE, HEADER);
  const record = derive(dataKey, salt, 'chg/rec', 32 + COMMIT);
  try {
    if (!timingSafeEqual(commit, record.subarray(32))) throw new EnvelopeError('key');
    const decipher = createDecipheriv('aes-256-gcm', record.subarray(0, 32), nonce, { authTagLength: TAG });
    decipher.setAAD(associated);
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    return Buffer.concat([decipher.update(bytes.subarray(HEADER, bytes.length - TAG)), decipher.final()]);
  } catch (error) {
    throw error instanceof EnvelopeError ? error : new EnvelopeError('altered');
  } finally {
    record.fill(0);
  }
}
