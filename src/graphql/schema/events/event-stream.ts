/** The last value of a stream that failed. */
export class FailedStream {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * An operation's stream in the form that a subscription field gives to the executor. When the client or the executor leaves it, the
 * operation ends at once, also while it waits. An error becomes the last value, which the field's resolver throws: so the client gets it
 * like any other error, with its code, where a stream that throws would only be cut off.
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
