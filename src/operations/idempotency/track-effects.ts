import { type DomainError, outcomeUnknown, StoreUnavailable } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

/** What a request that changes something works with, and how its failures are told. */
export interface TrackedEffects {
  readonly services: Services;
  /** The error as the caller is told it. Once the request has changed something, it does not say that the request can simply be sent again. */
  told(error: DomainError): DomainError;
}

/**
 * Remembers whether a transaction of the request was committed. What is read or written after that may fail, for the answer's own
 * fields too, and the caller would take UNAVAILABLE for "nothing happened".
 */
export function trackEffects(services: Services): TrackedEffects {
  const { store } = services;
  let committed = false;
  return {
    services: {
      ...services,
      store: {
        ...store,
        async write(work, options) {
          const value = await store.write(work, options);
          committed = true;
          return value;
        },
      },
    },
    told: (error) => (committed && error instanceof StoreUnavailable ? outcomeUnknown() : error),
  };
}
