import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endpointFingerprint } from '../../src/crypto/endpoint-fingerprint.ts';
import { open, seal } from '../../src/crypto/envelope.ts';
import { checkMasterKey, createInstance } from '../../src/crypto/key-check.ts';
import { createVault } from '../../src/crypto/vault.ts';
import { canonicalJson } from '../../src/domain/json/canonical-json.ts';
import type { KeyStore, SealBinding, WrappedKey } from '../../src/domain/ports/vault.ts';

/** A key store in memory, with the one guarantee that the port asks for. */
function memoryKeyStore(): KeyStore {
  const keys: WrappedKey[] = [];
  const find: KeyStore['find'] = async (owner, purpose) => keys.filter((key) => key.owner === owner && key.purpose === purpose);
  return {
    find,
    async insertIfAbsent(key) {
      const known = keys.find((one) => one.owner === key.owner && one.purpose === key.purpose && one.generation === key.generation);
      if (known !== undefined) return known;
      const made = { ...key, createdAt: 0 };
      keys.push(made);
      return made;
    },
  };
}

const MASTER = Buffer.alloc(32, 1);
const binding: SealBinding = {
  projectId: 'p',
  connectionId: 'c',
  contentId: 'v',
  field: 'content',
  endpoint: endpointFingerprint({ host: 'h', port: 1 }),
};
const openVault = (keyStore = memoryKeyStore(), masterKey = MASTER, instanceId = 'i') => createVault({ masterKey, instanceId, keyStore });

describe('the sealed record', () => {
  test('its format does not drift: a record made with fixed salt and nonce is these bytes', () => {
    const fixed = (size: number) => Buffer.alloc(size, size);
    const blob = seal({ key: Buffer.alloc(32, 2), generation: 7 }, Buffer.from('secret'), Buffer.from('bound'), fixed);
    expect({
      head: blob.subarray(0, 37).toString('hex'),
      length: blob.length,
      sha256: createHash('sha256').update(blob).digest('hex'),
    }).toEqual({
      head: '434847310100000007101010101010101010101010101010100c0c0c0c0c0c0c0c0c0c0c0c',
      length: 75,
      sha256: '9b9810201427a7466fb361715664d954dc8ca1038bc9b2f42869b724da1d9722',
    });
  });

  test('any bytes come back as they were, and no two records of one text are alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (plain) => {
        const key = randomBytes(32);
        const [a, b] = [seal({ key, generation: 1 }, plain, Buffer.alloc(0)), seal({ key, generation: 1 }, plain, Buffer.alloc(0))];
        return !a.equals(b) && open(key, a, Buffer.alloc(0)).equals(Buffer.from(plain));
      }),
    );
  });

  test('#104 with any one byte changed it does not open', async () => {
    const keys = await (await openVault()).forProject('p');
    const { blob } = keys.seal(binding, Buffer.from('CNRY0123456789abcdef'));
    const opened: number[] = [];
    for (let index = 0; index < blob.length; index += 1) {
      const altered = Buffer.from(blob);
      altered[index] = (altered[index] ?? 0) ^ 1;
      try {
        keys.open(binding, altered);
        opened.push(index);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INTEGRITY', details: { contentId: 'v' } });
      }
    }
    expect(opened).toEqual([]);
  });

  test.each<[string, Partial<SealBinding>]>([
    ['connection', { connectionId: 'other' }],
    ['content', { contentId: 'other' }],
    ['field', { field: 'other' }],
    ['endpoint (#58)', { endpoint: endpointFingerprint({ host: 'evil', port: 1 }) }],
  ])('#103 moved to another %s it does not open', async (_, moved) => {
    const keys = await (await openVault()).forProject('p');
    const { blob } = keys.seal(binding, Buffer.from('x'));
    expect(() => keys.open({ ...binding, ...moved }, blob)).toThrow(expect.objectContaining({ code: 'INTEGRITY' }));
  });

  test('#103 moved to another project it does not open: that one has another key', async () => {
    const vault = await openVault();
    const { blob } = (await vault.forProject('p')).seal(binding, Buffer.from('x'));
    const other = await vault.forProject('q');
    expect(() => other.open({ ...binding, projectId: 'q' }, blob)).toThrow(
      expect.objectContaining({ code: 'INTEGRITY', details: expect.objectContaining({ reason: 'key' }) }),
    );
  });
});

describe('keys', () => {
  test('a second process on the same store has the same keys, also when both make them at once', async () => {
    const store = memoryKeyStore();
    const [a, b] = await Promise.all([openVault(store), openVault(store)]);
    const [pa, pb] = await Promise.all([a.forProject('p'), b.forProject('p')]);
    expect({
      opened: pb.open(binding, pa.seal(binding, Buffer.from('x')).blob).toString(),
      isSame: a.keyedHash('token', 't').equals(b.keyedHash('token', 't')),
    }).toEqual({ opened: 'x', isSame: true });
  });

  test('hashes of one purpose say nothing of another', async () => {
    const vault = await openVault();
    const hashes = (['token', 'candidate', 'audit', 'value', 'request'] as const).map((purpose) =>
      vault.keyedHash(purpose, 'x').toString('hex'),
    );
    expect(new Set(hashes).size).toBe(5);
  });

  test('parts of a hash do not run into each other', async () => {
    const vault = await openVault();
    expect(vault.keyedHash('value', 'ab', 'c').equals(vault.keyedHash('value', 'a', 'bc'))).toBe(false);
  });

  test('another master key, or another instance, opens nothing (N14)', async () => {
    const store = memoryKeyStore();
    await openVault(store);
    await expect(openVault(store, Buffer.alloc(32, 9))).rejects.toMatchObject({ code: 'INTEGRITY' });
  });

  test('the key check takes the right key, and names both ids for a wrong one', () => {
    const instance = createInstance(MASTER, 'i', 0);
    checkMasterKey(MASTER, instance);
    expect(() => checkMasterKey(Buffer.alloc(32, 9), instance)).toThrow(new RegExp(`[0-9a-f]{16}.*${instance.kid}`));
  });

  test("a version's MAC covers each of its parts", async () => {
    const keys = await (await openVault()).forProject('p');
    const link = {
      connectionId: 'c',
      version: 1,
      contentId: 'v',
      configHash: Buffer.alloc(32, 1),
      cipherHash: Buffer.alloc(32, 2),
      previousMac: Buffer.alloc(32, 3),
    };
    const changes = [
      { connectionId: 'd' },
      { version: 2 },
      { contentId: 'w' },
      { configHash: Buffer.alloc(32) },
      { cipherHash: Buffer.alloc(32) },
      { previousMac: Buffer.alloc(0) },
    ];
    const macs = [link, ...changes.map((change) => ({ ...link, ...change }))].map((one) => keys.versionMac(one).toString('hex'));
    expect(new Set(macs).size).toBe(changes.length + 1);
  });
});

test('canonical JSON is one text for equal values, in any order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).reverse());
      return canonicalJson(shuffled) === canonicalJson(value);
    }),
  );
  expect(canonicalJson({ b: 1, a: [undefined, { d: null, c: undefined }] })).toBe('{"a":[null,{"d":null}],"b":1}');
});
