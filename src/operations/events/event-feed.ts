import { DomainError } from '../../domain/errors/errors.ts';
import type { EventFeed } from '../../domain/event/event-feed.ts';
import { requireRoomForSubscription } from '../../domain/event/subscription-limit.ts';
import type { Store, Writers } from '../../domain/ports/store.ts';
import { actorId } from '../services.ts';
import { auditedIn } from '../write-as.ts';

/** However many transactions end within it, others are told once. Milliseconds. */
const TOLD_EVERY_MS = 50;
/** Followers look by themselves after so long: a notification may be lost, and a token ends without one. Milliseconds. */
const POLL_MS = 5000;
/** Events that one transaction publishes, and how many of those follow each other before the next look. */
const BATCH = 500;
const BATCHES = 20;

/** What a gateway makes of it: a store whose commits are told of. */
interface CreatedEventFeed extends EventFeed {
  watching<S extends Store>(store: S): S;
}

export function createEventFeed(store: Store, { pollMs = POLL_MS }: { readonly pollMs?: number } = {}): CreatedEventFeed {
  const closing = new AbortController();
  const admitted = new Map<string, number>();
  const waiting = new Set<() => void>();
  let total = 0;
  let stopListening: () => void = () => {};

  const wake = () => {
    const woken = [...waiting];
    waiting.clear();
    for (const go of woken) go();
  };
  // A store that fails is told of by the periodic job that publishes, too; followers meet the failure when they read.
  const refresh = coalesced(async () => {
    await publishEvents(store).catch(() => 0);
    wake();
  });

  function start(): void {
    const unlisten = store.notifications.listen('events', refresh);
    const timer = setInterval(refresh, pollMs).unref();
    // What was committed while nobody followed.
    refresh();
    stopListening = () => {
      unlisten();
      clearInterval(timer);
    };
  }

  function leave(of: string): void {
    const left = (admitted.get(of) ?? 1) - 1;
    if (left === 0) admitted.delete(of);
    else admitted.set(of, left);
    total -= 1;
    if (total === 0) stopListening();
  }

  const tell = throttled(() => store.notifications.notify('events'), TOLD_EVERY_MS);

  return {
    watching: (watched) => ({
      ...watched,
      async write(work, options) {
        const last: { tx: Writers | null } = { tx: null };
        const value = await watched.write((tx) => {
          last.tx = tx;
          return work(tx);
        }, options);
        // An audit row and an event are written together.
        if (last.tx !== null && (auditedIn.get(last.tx) ?? []).length > 0) tell();
        return value;
      },
    }),
    admit(actor, signal) {
      const of = actorId(actor);
      const had = admitted.get(of) ?? 0;
      if (closing.signal.aborted) throw shuttingDown();
      requireRoomForSubscription({ ofToken: had, ofGateway: total });
      if (signal.aborted) return;
      admitted.set(of, had + 1);
      total += 1;
      if (total === 1) start();
      signal.addEventListener('abort', () => leave(of), { once: true });
    },
    next(signal) {
      return new Promise((resolve) => {
        const go = () => {
          waiting.delete(go);
          signal.removeEventListener('abort', go);
          resolve();
        };
        if (signal.aborted || closing.signal.aborted) resolve();
        else {
          waiting.add(go);
          signal.addEventListener('abort', go, { once: true });
        }
      });
    },
    closing: closing.signal,
    close() {
      closing.abort();
      wake();
    },
  };
}

/** Said to subscribers when the gateway goes. */
export function shuttingDown(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is shutting down. Subscribe again, with the id of the last event as `after`.', {
    retryAfterSeconds: 1,
  });
}

/** Publishes what was committed since the last time, in transactions of a bounded size. Asks first: an idle gateway writes nothing. */
export async function publishEvents(store: Store): Promise<number> {
  if (!(await store.read.events.hasUnpublished())) return 0;
  let published = 0;
  // What comes in faster than it is published waits for the next time.
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const count = await store.write((tx) => tx.events.publish(BATCH));
    published += count;
    if (count < BATCH) break;
  }
  return published;
}

/** One run at a time; whoever asks during one gets another behind it. */
function coalesced(work: () => Promise<void>): () => void {
  let isDue = false;
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    for (; isDue; ) {
      isDue = false;
      await work();
    }
    isRunning = false;
  };
  return () => {
    isDue = true;
    if (!isRunning) void run();
  };
}

/** At once, and then at most once in so many milliseconds; the last call is never left out. */
function throttled(work: () => void, everyMs: number): () => void {
  let isHeld = false;
  let isDue = false;
  const call = () => {
    if (isHeld) {
      isDue = true;
      return;
    }
    isHeld = true;
    isDue = false;
    work();
    setTimeout(() => {
      isHeld = false;
      if (isDue) call();
    }, everyMs).unref();
  };
  return call;
}
