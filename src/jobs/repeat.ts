/** Work that is done again and again. */
export interface Job {
  readonly name: string;
  /** From the end of one pass to the beginning of the next, milliseconds. */
  readonly everyMs: number;
  /** When the first pass begins, if not after `everyMs`. */
  readonly firstMs?: number;
  run(): Promise<unknown>;
}

/** Repeats a job, also after a pass that failed. Returns what ends that and waits for a pass that is running. */
export function repeat(
  { name, everyMs, firstMs = everyMs, run }: Job,
  failed: (name: string, error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  let current: Promise<unknown> = Promise.resolve();
  const pass = () => {
    current = run()
      .catch((error: unknown) => failed(name, error))
      .finally(() => {
        if (!stopped) timer = setTimeout(pass, everyMs).unref();
      });
  };
  let timer = setTimeout(pass, firstMs).unref();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
