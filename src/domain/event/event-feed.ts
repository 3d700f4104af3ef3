import type { Actor } from '../token/actor.ts';

/** What wakes subscriptions. Each pulls its events from the store when its client takes them: nothing is kept for a slow one. */
export interface EventFeed {
  /** Takes one of the subscriptions that the token may have, until `signal` aborts. Throws RATE_LIMITED for one too many, UNAVAILABLE while closing. */
  admit(actor: Actor, signal: AbortSignal): void;
  /** Settles when events may have been published since the call, after some seconds, or when one of the signals aborts. Call it before you read. */
  next(signal: AbortSignal): Promise<void>;
  /** Aborts when the gateway shuts down. */
  readonly closing: AbortSignal;
  /** Ends all subscriptions, each with UNAVAILABLE: their clients go on elsewhere, with the cursor that they have. */
  close(): void;
}
