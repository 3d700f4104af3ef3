import { describe, expect, test } from 'vitest';
import { SECRET_MAX_BYTES, type SecretProvider } from '../../src/domain/connection/reference/secret-reference.ts';
import { failureOf } from '../support/outcomes/secret-failure.ts';

export interface ProviderBench {
  readonly provider: SecretProvider;
  /** Stores a secret under the first of the prefixes, and says its path. */
  store(name: string, content: string): string;
  /** Three that hold each other in no way. */
  readonly prefixes: readonly [string, string, string];
  /** Where a manager keeps an object of keys and values: what is given back for a content, whose length in bytes is that of the content and `wraps`. */
  readonly wrapped?: { readonly wraps: number; contentOf(secret: string): string };
  /** What no project may be granted. */
  readonly noPrefixes: readonly string[];
  /** What names nothing that is a secret, however it were granted. */
  readonly noPaths: readonly string[];
}

/** What every outside manager of secrets keeps to. */
export function describeSecretProvider(name: string, bench: ProviderBench): void {
  const { provider, store, prefixes, wrapped = { wraps: 0, contentOf: (secret: string) => secret } } = bench;
  const [granted, other] = prefixes;
  const { signal } = new AbortController();
  const read = async (path: string, ...within: readonly string[]) =>
    wrapped.contentOf((await provider.read(path, within, signal)).toString('utf8'));
  const most = SECRET_MAX_BYTES - wrapped.wraps;

  describe(`the provider ${name}`, () => {
    test('reads a secret to the byte, within any of the prefixes that are granted', async () => {
      const path = store('A', ' "a" ä€😀\n');
      expect({ granted: await read(path, granted), among: await read(path, other, granted), isPath: provider.isPath(path) }).toEqual({
        granted: ' "a" ä€😀\n',
        among: ' "a" ä€😀\n',
        isPath: true,
      });
    });

    test("reads what the secret is now, into bytes that are its caller's", async () => {
      const path = store('B', 'first');
      const first = await provider.read(path, [granted], signal);
      first.fill(0);
      const again = await read(path, granted);
      store('B', 'second');
      expect({ again, fresh: await read(path, granted) }).toEqual({ again: 'first', fresh: 'second' });
    });

    test('reads nothing outside of what is granted', async () => {
      const path = store('C', 'c');
      expect({ other: await failureOf(read(path, other)), none: await failureOf(read(path)) }).toEqual({
        other: 'not-granted',
        none: 'not-granted',
      });
    });

    test('says that a secret is missing, and one too large, and reads the largest', async () => {
      const missing = store('D', 'd').replace(/D$/, 'NONE');
      const largest = await read(store('E', 'x'.repeat(most)), granted);
      const large = store('F', 'x'.repeat(most + 1));
      expect({
        missing: await failureOf(read(missing, granted)),
        largest: largest.length,
        large: await failureOf(read(large, granted)),
      }).toEqual({ missing: 'missing', largest: most, large: 'too-large' });
    });

    test('stores a prefix as it is compared, and takes what lies within it for that alone', () => {
      const path = store('G', 'g');
      expect({
        prefixes: prefixes.map((prefix) => provider.readPrefix(prefix)),
        within: prefixes.map((prefix) => provider.isWithin(path, prefix)),
      }).toEqual({ prefixes, within: [true, false, false] });
    });

    test.each(bench.noPrefixes)('grants nothing by %j', (prefix) => {
      expect(provider.readPrefix(prefix)).toBeNull();
    });

    test.each(bench.noPaths)('takes %j for no path, and reads nothing by it', async (path) => {
      const all = ['', '/', ...prefixes, ...bench.noPrefixes];
      expect({ isPath: provider.isPath(path), read: await failureOf(read(path, ...all)) }).toEqual({ isPath: false, read: 'not-granted' });
    });

    test('says what a path and a prefix look like', () => {
      expect({ path: /^[A-Z].*\.$/.test(provider.pathForm), prefix: /^[A-Z].*\.$/.test(provider.prefixForm) }).toEqual({
        path: true,
        prefix: true,
      });
    });
  });
}
