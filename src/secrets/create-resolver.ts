import {
  SECRET_DEADLINE_MS,
  SECRET_MAX_AGE_MS,
  type SecretProviders,
  type SecretResolver,
} from '../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../domain/errors/secret-error.ts';
import { inTime } from '../domain/time/in-time.ts';

const MOST_KEPT = 1_000;

interface Kept {
  readonly value: Buffer;
  readonly readAt: number;
  readonly timer: NodeJS.Timeout;
}

interface Asked {
  /** How often everything had been cleared when the reading was asked for. */
  readonly began: number;
  readonly isKept: boolean;
  readonly start: (signal: AbortSignal) => Promise<Buffer>;
}

interface Reading {
  readonly value: Promise<Buffer>;
  /** From then on it may give what the secret was before somebody asked. */
  hasBegun: boolean;
}

/** Keeps what was read for five minutes at most, and overwrites it then. `now` only ever goes forward, milliseconds. */
export function createSecretResolver(
  providers: SecretProviders,
  { now = () => performance.now(), deadlineMs = SECRET_DEADLINE_MS }: { readonly now?: () => number; readonly deadlineMs?: number } = {},
): SecretResolver {
  const kept = new Map<string, Kept>();
  /** Until the provider has ended, however late: one that hangs is asked once for each secret, and not once for each caller. */
  const running = new Map<string, Reading>();
  let cleared = 0;

  function forget(id: string): void {
    const found = kept.get(id);
    if (found === undefined) return;
    clearTimeout(found.timer);
    found.value.fill(0);
    kept.delete(id);
  }

  function keep(id: string, value: Buffer, readAt: number): void {
    forget(id);
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) forget(oldest);
    const timer = setTimeout(() => forget(id), SECRET_MAX_AGE_MS);
    timer.unref();
    kept.set(id, { value, readAt, timer });
  }

  /** One after the other: a reading that is running when a new one is asked for could be too old for it. */
  function begin(id: string, before: Reading | undefined, asked: Omit<Asked, 'began'>): Reading {
    const began = cleared;
    const reading: Reading = { value: Promise.resolve(before?.value).then(follow, follow), hasBegun: false };
    function follow(): Promise<Buffer> {
      reading.hasBegun = true;
      // What fails to be read again is not answered from before.
      forget(id);
      return read(id, { began, ...asked });
    }
    const end = () => {
      if (running.get(id) === reading) running.delete(id);
    };
    reading.value.then(end, end);
    running.set(id, reading);
    return reading;
  }

  /** Everyone who waits for the promised bytes has copied them before the next turn of the event loop. */
  async function read(id: string, { began, isKept, start }: Asked): Promise<Buffer> {
    const readAt = now();
    const value = await start(AbortSignal.timeout(deadlineMs));
    if (began === cleared && isKept) keep(id, Buffer.from(value), readAt);
    setImmediate(() => value.fill(0));
    return value;
  }

  return {
    providers,
    async resolve({ provider, path }, prefixes, { fresh = false, roles } = {}) {
      const revision = providers[provider].revisionOf?.(path, prefixes) ?? null;
      const id = JSON.stringify([provider, path, prefixes, roles, revision]);
      const found = kept.get(id);
      if (!fresh && found !== undefined && now() - found.readAt < SECRET_MAX_AGE_MS)
        return { value: Buffer.from(found.value), isKept: true };
      let reading = running.get(id);
      if (reading === undefined || (fresh && reading.hasBegun))
        reading = begin(id, reading, {
          isKept: providers[provider].ownRoots === undefined,
          start: (signal) => providers[provider].read(path, prefixes, signal, roles),
        });
      return { value: Buffer.from(await inTime(reading.value, deadlineMs, () => new SecretError('late'))), isKept: false };
    },
    clear() {
      cleared += 1;
      for (const id of [...kept.keys()]) forget(id);
    },
  };
}
