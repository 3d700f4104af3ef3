import { setTimeout as sleep } from 'node:timers/promises';
import { type Gateway, GatewayError, TransportError } from './transport.ts';

/** How long the refusals of one call may last before the last of them is thrown. */
const PATIENCE_MS = 60_000;
/** How long to wait after a refusal that does not say when to come back. */
const PAUSE_MS = 1000;

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'REQUEST_TIMEOUT', 'OUTCOME_UNKNOWN']);

/**
 * A gateway whose calls are sent again, when it says to come back, while it is too busy for them: a command that walks through a large
 * store makes thousands, and one that is refused must not end it. Only for calls that do the same when they are sent twice.
 */
export function patientGateway(gateway: Gateway, pause: (ms: number) => Promise<unknown> = sleep): Gateway {
  return {
    async run(...call) {
      for (let left = PATIENCE_MS; ; ) {
        try {
          return await gateway.run(...call);
        } catch (error) {
          if (!(error instanceof GatewayError) || error instanceof TransportError || !PASSING.has(error.code)) throw error;
          const { retryAfterSeconds } = error.details;
          const ms = typeof retryAfterSeconds === 'number' && retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : PAUSE_MS;
          if (ms > left) throw error;
          left -= ms;
          await pause(ms);
        }
      }
    },
    close: () => gateway.close(),
  };
}
