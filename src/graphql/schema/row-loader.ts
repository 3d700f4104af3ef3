import DataLoader from 'dataloader';

/** Loads rows of many ids at once. What is there is returned as it is, without a promise. */
export class RowLoader<T> {
  readonly #loader: DataLoader<string, T>;
  /** Ids of whole lists: a promise for each of them, instead of one for each row. */
  readonly #lists: DataLoader<readonly string[], null>;
  readonly #loaded = new Map<string, T>();
  /** The read of a list that each id was in, under way or over. */
  readonly #readings = new Map<string, Promise<void>>();

  /** `read` gives what each of the ids stands for, in their order. */
  constructor(read: (ids: readonly string[]) => Promise<readonly T[]>) {
    const readAll = async (ids: readonly string[]) => {
      const rows = await read(ids);
      for (const [index, row] of rows.entries()) this.#loaded.set(ids[index] ?? '', row);
      return rows;
    };
    const readList = async (ids: readonly string[]) => {
      try {
        await readAll(ids);
      } catch (error) {
        for (const id of ids) this.#loader.prime(id, error as Error);
      }
    };
    this.#loader = new DataLoader(readAll);
    this.#lists = new DataLoader(
      async (lists) => {
        const ids = new Set(lists.flat());
        const unread = [...ids].filter((id) => !this.#readings.has(id));
        if (unread.length > 0) {
          const reading = readList(unread);
          for (const id of unread) this.#readings.set(id, reading);
        }
        await Promise.all(new Set([...ids].map((id) => this.#readings.get(id))));
        return lists.map(() => null);
      },
      { cache: false },
    );
  }

  load(id: string): T | Promise<T> {
    // A value may be null, and is never undefined.
    const loaded = this.#loaded.get(id);
    return loaded === undefined ? this.#loader.load(id) : loaded;
  }

  /** What an id stands for, where it was loaded before. */
  peek(id: string): T | undefined {
    return this.#loaded.get(id);
  }

  /** Null when all are there. What can't be read fails where it is asked for. */
  loadAll(ids: readonly string[]): Promise<unknown> | null {
    const missing = ids.filter((id) => !this.#loaded.has(id));
    return missing.length === 0 ? null : this.#lists.load(missing);
  }
}

/** What is made of a value that may still be on its way. `use` gets `row` and `context` as they are given: a closure for each field of a long list would take as much as the answer. */
export function whenLoaded<T, Row, C, R>(
  value: T | Promise<T>,
  use: (value: T, row: Row, context: C) => R,
  row: Row,
  context: C,
): R | Promise<R> {
  return value instanceof Promise ? onceLoaded(value, use, row, context) : use(value, row, context);
}

/** Apart from the function above, which would make room for this closure in each of its calls. */
function onceLoaded<T, Row, C, R>(value: Promise<T>, use: (value: T, row: Row, context: C) => R, row: Row, context: C): Promise<R> {
  return value.then((loaded) => use(loaded, row, context));
}
