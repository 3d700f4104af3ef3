/** Numbers and texts as Oracle's client and server write them to each other: each with its length before it, and chunks where it is long. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  peek(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** A number of as many bytes as its first one says. */
  ub(): number {
    const length = this.byte();
    if (length === 0) return 0;
    this.#at += length;
    return this.#bytes.readUIntBE(this.#at - length, length);
  }

  string(): string {
    return this.#take().toString('utf8');
  }

  #take(): Buffer {
    const length = this.byte();
    if (length === 0 || length === 255) return Buffer.alloc(0);
    if (length !== LONG) return this.#slice(length);
    const chunks: Buffer[] = [];
    for (let chunk = this.ub(); chunk > 0; chunk = this.ub()) chunks.push(this.#slice(chunk));
    return Buffer.concat(chunks);
  }

  #slice(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** Names with their values, and flags. */
export type Pairs = readonly (readonly [key: string, value: string, flags: number])[];

const LONG = 254;

export function ub(value: number): Buffer {
  if (value === 0) return Buffer.from([0]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  const from = bytes.findIndex((byte) => byte !== 0);
  return Buffer.concat([Buffer.from([4 - from]), bytes.subarray(from)]);
}

/** Of up to 252 bytes as it is, else in a chunk. */
export function string(bytes: Buffer): Buffer {
  if (bytes.length < 253) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([LONG]), ub(bytes.length), bytes, ub(0)]);
}
