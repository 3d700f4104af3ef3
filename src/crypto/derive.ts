import { createHmac, hkdfSync } from 'node:crypto';

const EMPTY = Buffer.alloc(0);

/** HKDF-SHA256. */
export function derive(key: Uint8Array, salt: Uint8Array | string, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length));
}

/** Wraps the instance's other keys. Bound to the instance, so that one master key may serve several. */
export function keyEncryptionKey(master: Uint8Array, instanceId: string): Buffer {
  return derive(master, instanceId, 'chg/kek', 32);
}

/** Hex of 8 bytes that identify the master key and reveal nothing about it. */
export function keyId(master: Uint8Array): string {
  return derive(master, EMPTY, 'chg/kid', 8).toString('hex');
}

/** The parts, each with a 4 byte big-endian length before it, so that two different lists never give the same bytes. */
export function lengthPrefixed(parts: readonly (string | Uint8Array)[]): Buffer {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}

export function hmac(key: Uint8Array, parts: readonly (string | Uint8Array)[]): Buffer {
  return createHmac('sha256', key).update(lengthPrefixed(parts)).digest();
}
