import { describe, expect, test } from 'vitest';
import { createVault } from '../../src/crypto/vault.ts';
import type { KeyStore, WrappedKey } from '../../src/domain/ports/vault.ts';

const MASTER = Buffer.alloc(32, 1);

/** A key store in memory whose rows can be edited, as in the database. */
function editableKeyStore(): KeyStore & { readonly rows: WrappedKey[] } {
  const rows: WrappedKey[] = [];
  const isSame = (a: WrappedKey | Parameters<KeyStore['insertIfAbsent']>[0], b: WrappedKey) =>
    a.owner === b.owner && a.purpose === b.purpose && a.generation === b.generation;
  return {
    rows,
    find: async (owner, purpose) =>
      rows.filter((row) => row.owner === owner && row.purpose === purpose).toSorted((a, b) => a.generation - b.generation),
    async insertIfAbsent(key) {
      const known = rows.find((row) => isSame(key, row));
      if (known !== undefined) return known;
      const made = { ...key, createdAt: 0 };
      rows.push(made);
      return made;
    },
  };
}

const openVault = (keyStore: KeyStore, instanceId = 'i') => createVault({ masterKey: MASTER, instanceId, keyStore });

/** Two projects, the first with two generations. */
async function madeKeys() {
  const store = editableKeyStore();
  const vault = await openVault(store);
  for (const project of ['p', 'q']) await vault.forProject(project);
  await store.insertIfAbsent(vault.newDataKey('p', 2));
  const at = (owner: string, purpose: WrappedKey['purpose'], generation: number) =>
    store.rows.findIndex((row) => row.owner === owner && row.purpose === purpose && row.generation === generation);
  /** Gives the row at one place the wrapped key of another. */
  const put = (to: number, from: number) => {
    const [target, source] = [store.rows[to], store.rows[from]];
    if (target !== undefined && source !== undefined) store.rows[to] = { ...target, wrapped: source.wrapped };
  };
  return { store, at, put };
}

describe('a wrapped key opens in its own place alone', () => {
  test('untouched, every one opens', async () => {
    const { store } = await madeKeys();
    const vault = await openVault(store);
    expect({ p: (await vault.forProject('p')).generations, q: (await vault.forProject('q')).generations }).toEqual({ p: [1, 2], q: [1] });
  });

  test("an older generation's in the place of a newer one is INTEGRITY", async () => {
    const { store, at, put } = await madeKeys();
    put(at('p', 'dek', 2), at('p', 'dek', 1));
    const vault = await openVault(store);
    await expect(vault.forProject('p')).rejects.toMatchObject({ code: 'INTEGRITY' });
  });

  test("another project's is INTEGRITY", async () => {
    const { store, at, put } = await madeKeys();
    put(at('q', 'dek', 1), at('p', 'dek', 1));
    const vault = await openVault(store);
    await expect(vault.forProject('q')).rejects.toMatchObject({ code: 'INTEGRITY' });
  });

  test("another purpose's is INTEGRITY", async () => {
    const { store, at, put } = await madeKeys();
    put(at('i', 'token', 1), at('i', 'audit', 1));
    await expect(openVault(store)).rejects.toMatchObject({ code: 'INTEGRITY' });
  });

  test("another instance's, under the same master key, is INTEGRITY", async () => {
    const { store } = await madeKeys();
    for (const [index, row] of store.rows.entries()) if (row.owner === 'i') store.rows[index] = { ...row, owner: 'j' };
    await expect(openVault(store, 'j')).rejects.toMatchObject({ code: 'INTEGRITY' });
  });
});
