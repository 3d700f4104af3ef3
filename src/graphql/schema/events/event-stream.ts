/** The last value of a stream that failed. */
export class FailedStream {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * An operation's stream as a subscription field gives it to the executor. Whoever leaves it, client or executor, ends the operation at
 * once, also while that waits; and an error is its last value, for the field's resolver to throw: told like any other error, with
 * its code, where a stream that throws is only cut off.
 */
export async function streamOf<T>(
  signal: AbortSignal,
  open: (ending: AbortSignal) => Promise<AsyncGenerator<T, void, undefined>>,
): Promise<AsyncIterableIterator<T | FailedStream>> {
  const left = new AbortController();
  const source = await open(AbortSignal.any([signal, left.signal]));
  const end = { done: true, value: undefined } as const;
  const stream: AsyncIterableIterator<T | FailedStream> = {
    [Symbol.asyncIterator]: () => stream,
    async next() {
      if (left.signal.aborted) return end;
      try {
        const result = await source.next();
        if (result.done === true) left.abort();
        return result.done === true ? end : result;
      } catch (error) {
        left.abort();
        return { done: false, value: new FailedStream(error) };
      }
    },
    async return() {
      left.abort();
      return end;
    },
  };
  return stream;
}

/** The value itself; throws what the stream failed with. */
export function orThrow<T>(value: T | FailedStream): T {
  if (value instanceof FailedStream) throw value.error;
  return value;
}
