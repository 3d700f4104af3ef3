import { createHash, createHmac, randomBytes } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import type { DataKeyPurpose, HashPurpose, KeyStore, ProjectVault, SealBinding, Vault, VersionLink, WrappedKey } from '../domain/vault.ts';
import { derive, hmac, keyEncryptionKey, keyId, lengthPrefixed } from './derive.ts';
import { EnvelopeError, generationOf, open, seal } from './envelope.ts';

const HASH_PURPOSES: readonly HashPurpose[] = ['token', 'candidate', 'audit', 'value', 'request'];

export interface VaultOptions {
  readonly masterKey: Uint8Array;
  readonly instanceId: string;
  readonly keyStore: KeyStore;
}

/** Loads or makes the instance's hash keys; projects' data keys are loaded when first asked for. Throws INTEGRITY for a wrapped key that does not open. */
export async function createVault(options: VaultOptions): Promise<Vault> {
  const { instanceId, keyStore } = options;
  const kek = keyEncryptionKey(options.masterKey, instanceId);
  const kid = keyId(options.masterKey);
  const wrapping: Wrapping = { kek, kid, instanceId };
  const hashKeys = new Map<HashPurpose, Buffer>();
  for (const purpose of HASH_PURPOSES) hashKeys.set(purpose, (await latestKey(wrapping, keyStore, instanceId, purpose)).key);
  const projects = new Map<string, Promise<ProjectVault>>();
  return {
    kid,
    forProject(projectId) {
      let project = projects.get(projectId);
      if (project === undefined) {
        project = openProject(wrapping, keyStore, projectId);
        projects.set(projectId, project);
        // A store that was away for a moment must not leave the project shut for good.
        project.catch(() => projects.delete(projectId));
      }
      return project;
    },
    keyedHash(purpose, ...parts) {
      const key = hashKeys.get(purpose);
      if (key === undefined) throw new TypeError(`No key for ${purpose}.`);
      const [only] = parts;
      // One part needs no length before it; tokens are hashed for every request.
      return parts.length === 1 && only !== undefined ? createHmac('sha256', key).update(only).digest() : hmac(key, parts);
    },
  };
}

interface Wrapping {
  readonly kek: Buffer;
  readonly kid: string;
  readonly instanceId: string;
}

interface DataKey {
  readonly generation: number;
  readonly key: Buffer;
}

function wrapAad({ instanceId }: Wrapping, owner: string, purpose: DataKeyPurpose, generation: number): Buffer {
  return lengthPrefixed([purpose, instanceId, owner, String(generation)]);
}

function unwrap(wrapping: Wrapping, { owner, purpose, generation, wrapped, kid }: WrappedKey): DataKey {
  try {
    return { generation, key: open(wrapping.kek, wrapped, wrapAad(wrapping, owner, purpose, generation)) };
  } catch {
    throw new DomainError('INTEGRITY', 'A stored key does not open under this master key.', {
      purpose,
      generation,
      kid,
      givenKid: wrapping.kid,
    });
  }
}

async function latestKey(wrapping: Wrapping, keyStore: KeyStore, owner: string, purpose: DataKeyPurpose): Promise<DataKey> {
  const all = await keysOf(wrapping, keyStore, owner, purpose);
  return all.reduce((best, key) => (key.generation > best.generation ? key : best));
}

/** At least one key: of processes that make the first one at the same time, all end with the one that was stored. */
async function keysOf(
  wrapping: Wrapping,
  keyStore: KeyStore,
  owner: string,
  purpose: DataKeyPurpose,
): Promise<readonly [DataKey, ...DataKey[]]> {
  const [first, ...rest] = await keyStore.find(owner, purpose);
  if (first !== undefined) return [unwrap(wrapping, first), ...rest.map((key) => unwrap(wrapping, key))];
  const key = randomBytes(32);
  const wrapped = seal(wrapping.kek, 0, key, wrapAad(wrapping, owner, purpose, 1));
  key.fill(0);
  return [unwrap(wrapping, await keyStore.insertIfAbsent({ owner, purpose, generation: 1, kid: wrapping.kid, wrapped }))];
}

async function openProject(wrapping: Wrapping, keyStore: KeyStore, projectId: string): Promise<ProjectVault> {
  const keys = await keysOf(wrapping, keyStore, projectId, 'dek');
  const byGeneration = new Map(keys.map((key) => [key.generation, key.key]));
  const macKeys = new Map(keys.map((key) => [key.generation, derive(key.key, Buffer.alloc(0), 'chg/mac', 32)]));
  const latest = keys.reduce((best, key) => (key.generation > best.generation ? key : best));
  const associated = ({ connectionId, contentId, field, endpoint }: SealBinding) =>
    lengthPrefixed([wrapping.instanceId, projectId, connectionId, contentId, field, endpoint]);
  return {
    keyGeneration: latest.generation,
    seal(binding, plaintext) {
      const blob = seal(latest.key, latest.generation, plaintext, associated(binding));
      return { blob, keyGeneration: latest.generation, cipherHash: createHash('sha256').update(blob).digest() };
    },
    open(binding, blob) {
      try {
        const key = byGeneration.get(generationOf(blob));
        if (key === undefined) throw new EnvelopeError('key');
        return open(key, blob, associated(binding));
      } catch (error) {
        const reason = error instanceof EnvelopeError ? error.failure : 'altered';
        throw new DomainError('INTEGRITY', 'The stored credentials do not open: they were altered or moved, or sealed under another key.', {
          contentId: binding.contentId,
          kid: wrapping.kid,
          reason,
        });
      }
    },
    versionMac(link: VersionLink, generation = latest.generation) {
      const key = macKeys.get(generation);
      if (key === undefined)
        throw new DomainError('INTEGRITY', 'A version was signed with a key that is not stored.', {
          kid: wrapping.kid,
          keyGeneration: generation,
        });
      return hmac(key, [link.connectionId, String(link.version), link.contentId, link.configHash, link.cipherHash, link.previousMac]);
    },
  };
}
