import type { GraphiQLProps } from 'graphiql';

/** What the editor would keep in the browser's local storage: queries, and variables that hold passwords. Gone with the page. */
export function createMemoryStorage(): NonNullable<GraphiQLProps['storage']> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
