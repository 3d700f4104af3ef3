import type { NewKey, WrappedKey } from '../domain/ports/vault.ts';
import { lengthPrefixed } from './derive.ts';
import { open, seal } from './envelope.ts';

/** A master key's id and the key-encryption key that is derived from it. */
export interface KeyPair {
  readonly kid: string;
  readonly kek: Buffer;
}

const KID_BYTES = 8;

/** One key-encryption key sealed for whoever holds the other: what makes a store readable with either while it is rotated. */
export function sealUpgrade(instanceId: string, generation: number, holder: KeyPair, other: KeyPair): NewKey {
  const plain = Buffer.concat([Buffer.from(other.kid, 'hex'), other.kek]);
  try {
    return {
      owner: instanceId,
      purpose: 'upgrade',
      generation,
      kid: holder.kid,
      wrapped: seal({ key: holder.kek, generation: 0 }, plain, associated(instanceId, generation)),
    };
  } finally {
    plain.fill(0);
  }
}

/** The other key, or null for a record that does not open. */
export function openUpgrade(
  kek: Uint8Array,
  instanceId: string,
  { generation, wrapped }: Pick<WrappedKey, 'generation' | 'wrapped'>,
): KeyPair | null {
  try {
    const plain = open(kek, wrapped, associated(instanceId, generation));
    return { kid: plain.subarray(0, KID_BYTES).toString('hex'), kek: plain.subarray(KID_BYTES) };
  } catch {
    return null;
  }
}

function associated(instanceId: string, generation: number): Buffer {
  return lengthPrefixed(['upgrade', instanceId, String(generation)]);
}
