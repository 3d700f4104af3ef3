import { DomainError } from './errors.ts';

/** A limit that was reached. */
export interface ReachedLimit {
  /** How much it allows at once. */
  readonly capacity: number;
  /** How much of it comes back in a minute; left out where it comes back as what runs ends. */
  readonly perMinute?: number;
}

/** Every refusal of a limit says how large it is and when to come back, since dialects have to tell both. */
export function rateLimited(message: string, retryAfterSeconds: number, limit: ReachedLimit): DomainError {
  return new DomainError('RATE_LIMITED', message, { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)), ...limit });
}
