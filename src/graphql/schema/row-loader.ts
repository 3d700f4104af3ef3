import DataLoader from 'dataloader';

/** Loads rows of many ids at once. What is there is returned as it is, without a promise. */
export class RowLoader<T> {
  readonly #loader: DataLoader<string, T>;
  readonly #loaded = new Map<string, T>();

  /** `read` gives what each of the ids stands for, in their order. */
  constructor(read: (ids: readonly string[]) => Promise<readonly T[]>) {
    this.#loader = new DataLoader(async (ids) => {
      const rows = await read(ids);
      for (const [index, row] of rows.entries()) this.#loaded.set(ids[index] ?? '', row);
      return rows;
    });
  }

  load(id: string): T | Promise<T> {
    // A value may be null, and is never undefined.
    const loaded = this.#loaded.get(id);
    return loaded === undefined ? this.#loader.load(id) : loaded;
  }

  /** Null when all are there. What can't be read fails where it is asked for. */
  loadAll(ids: readonly string[]): Promise<unknown> | null {
    const missing = new Set(ids.filter((id) => !this.#loaded.has(id)));
    return missing.size === 0 ? null : this.#loader.loadMany([...missing]);
  }
}

/** What is made of a value that may still be on its way. */
export function whenLoaded<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
