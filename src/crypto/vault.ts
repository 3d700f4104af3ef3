import { createHash, createHmac } from 'node:crypto';
import { DomainError } from '../domain/errors/errors.ts';
import type { HashPurpose, KeyStore, ProjectVault, SealBinding, Vault, VersionLink } from '../domain/ports/vault.ts';
import { derive, hmac, lengthPrefixed } from './derive.ts';
import { EnvelopeError, generationOf, open, seal } from './envelope.ts';
import { createKeyRing, type DataKey, type KeyRing } from './key-ring.ts';

const HASH_PURPOSES: readonly HashPurpose[] = ['token', 'candidate', 'audit', 'value', 'request', 'row'];

export interface VaultOptions {
  readonly masterKey: Uint8Array;
  readonly instanceId: string;
  readonly keyStore: KeyStore;
}

/** Loads or makes the instance's hash keys; projects' data keys are loaded when first asked for. Throws INTEGRITY for a wrapped key that does not open. */
export async function createVault(options: VaultOptions): Promise<Vault> {
  const { instanceId } = options;
  const ring = createKeyRing(options.masterKey, instanceId, options.keyStore);
  await ring.refresh();
  const hashKeys = new Map<HashPurpose, Buffer>();
  for (const purpose of HASH_PURPOSES) hashKeys.set(purpose, latestOf(await ring.keysOf(instanceId, purpose)).key);
  const hashKey = (purpose: HashPurpose): Buffer => {
    const key = hashKeys.get(purpose);
    if (key === undefined) throw new TypeError(`No key for ${purpose}.`);
    return key;
  };
  /** A key of its own, so that nothing that is hashed says anything about what is sealed. */
  const ownKey = (purpose: HashPurpose) => ({ key: derive(hashKey(purpose), Buffer.alloc(0), 'chg/own', 32), generation: 1 });
  const projects = new Map<string, Promise<ProjectVault>>();
  const load = (projectId: string): Promise<ProjectVault> => {
    let project = projects.get(projectId);
    if (project === undefined) {
      project = openProject(ring, instanceId, projectId);
      projects.set(projectId, project);
      // A failure to load is not remembered: the store may only be away for a moment.
      project.catch(() => projects.delete(projectId));
    }
    return project;
  };
  return {
    get kid() {
      return ring.kid;
    },
    async refresh() {
      await ring.refresh();
      for (const [projectId, project] of projects) {
        const { generations } = await project;
        const stored = await options.keyStore.find(projectId, 'dek');
        if (stored.map(({ generation }) => generation).join() !== generations.join()) projects.delete(projectId);
      }
    },
    rekeyTo: ring.rekeyTo,
    newDataKey: (projectId, generation) => ring.wrapFresh(projectId, 'dek', generation),
    async forProject(projectId, needs) {
      const known = await load(projectId);
      const generation = needs === undefined || typeof needs === 'number' ? needs : generationIn(needs);
      if (generation === undefined || known.generations.includes(generation)) return known;
      // Another process made the key in the meantime.
      projects.delete(projectId);
      return await load(projectId);
    },
    sealOwn: (purpose, boundTo, plaintext) => seal(ownKey(purpose), plaintext, lengthPrefixed([instanceId, ...boundTo])),
    openOwn(purpose, boundTo, blob) {
      try {
        return open(ownKey(purpose).key, blob, lengthPrefixed([instanceId, ...boundTo]));
      } catch {
        throw new DomainError('INTEGRITY', 'A sealed row does not open: it was altered or moved, or sealed under another key.', {
          kid: ring.kid,
        });
      }
    },
    keyedHash(purpose, ...parts) {
      const key = hashKey(purpose);
      const [only] = parts;
      // One part needs no length before it; tokens are hashed for every request.
      return parts.length === 1 && only !== undefined ? createHmac('sha256', key).update(only).digest() : hmac(key, parts);
    },
  };
}

/** Undefined when it is no record; opening it then reports that. */
function generationIn(blob: Uint8Array): number | undefined {
  try {
    return generationOf(blob);
  } catch {
    return undefined;
  }
}

function latestOf(keys: readonly [DataKey, ...DataKey[]]): DataKey {
  return keys.reduce((best, key) => (key.generation > best.generation ? key : best));
}

async function openProject(ring: KeyRing, instanceId: string, projectId: string): Promise<ProjectVault> {
  const keys = await ring.keysOf(projectId, 'dek');
  const byGeneration = new Map(keys.map((key) => [key.generation, key.key]));
  const macKeys = new Map(keys.map((key) => [key.generation, derive(key.key, Buffer.alloc(0), 'chg/mac', 32)]));
  const latest = latestOf(keys);
  const associated = ({ connectionId, contentId, field, endpoint }: SealBinding) =>
    lengthPrefixed([instanceId, projectId, connectionId, contentId, field, endpoint]);
  return {
    keyGeneration: latest.generation,
    generations: keys.map(({ generation }) => generation),
    seal(binding, plaintext) {
      const blob = seal(latest, plaintext, associated(binding));
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
          kid: ring.kid,
          reason,
        });
      }
    },
    versionMac(link: VersionLink, generation = latest.generation) {
      const key = macKeys.get(generation);
      if (key === undefined)
        throw new DomainError('INTEGRITY', 'A version was signed with a key that is not stored.', {
          kid: ring.kid,
          keyGeneration: generation,
        });
      const { connectionId, version, contentId, configHash, cipherHash, previousMac } = link;
      return hmac(key, [connectionId, String(version), contentId ?? '', configHash, cipherHash ?? '', previousMac]);
    },
  };
}
