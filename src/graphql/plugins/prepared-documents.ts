import { LRUCache } from 'lru-cache';

/** What prepared documents may take of the memory in all, and those that one caller brought, as their sizes are estimated. */
export const PREPARED_BYTES = { all: 32 * 1024 * 1024, ofCaller: 8 * 1024 * 1024 } as const;

/** A parsed document of real clients takes about so many bytes for each of its characters, with its code and its text. */
const BYTES_A_CHARACTER = 64;
/** Longer ones are written by a program for one request. */
const MOST_CHARACTERS = 16_384;

interface Kept<T> {
  readonly document: T;
  readonly caller: string;
  readonly size: number;
}

/**
 * Documents by their text, for all callers: what one has sent is ready for the others. Whoever sends ever new ones puts out his own
 * oldest, and nobody else's.
 */
export class PreparedDocuments<T extends object> {
  readonly #kept: LRUCache<string, Kept<T>>;
  /** Texts that each caller brought, oldest first. */
  readonly #brought = new Map<string, { size: number; readonly texts: Set<string> }>();
  readonly #most: { readonly all: number; readonly ofCaller: number };

  constructor(most: { readonly all: number; readonly ofCaller: number } = PREPARED_BYTES) {
    this.#most = most;
    this.#kept = new LRUCache({ maxSize: most.all, sizeCalculation: ({ size }) => size, dispose: (kept, text) => this.#leave(text, kept) });
  }

  get(text: string): T | undefined {
    return this.#kept.get(text)?.document;
  }

  set(caller: string, text: string, document: T): void {
    if (text.length > MOST_CHARACTERS) return;
    const size = text.length * BYTES_A_CHARACTER + 1024;
    const mine = this.#brought.get(caller) ?? { size: 0, texts: new Set<string>() };
    for (const oldest of mine.texts) {
      if (mine.size + size <= this.#most.ofCaller) break;
      this.#kept.delete(oldest);
    }
    this.#brought.set(caller, mine);
    mine.texts.add(text);
    mine.size += size;
    this.#kept.set(text, { document, caller, size });
  }

  get size(): number {
    return this.#kept.calculatedSize;
  }

  #leave(text: string, { caller, size }: Kept<T>): void {
    const mine = this.#brought.get(caller);
    if (mine === undefined || !mine.texts.delete(text)) return;
    mine.size -= size;
    if (mine.texts.size === 0) this.#brought.delete(caller);
  }
}
