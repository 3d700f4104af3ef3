import { trackEffects } from '../../operations/idempotency/track-effects.ts';
import { aroundExecution } from './yoga-plugin.ts';

/** A mutation that has changed something before the store was lost is told as OUTCOME_UNKNOWN, and never as if nothing had happened. */
export function useEffects() {
  return aroundExecution((execute, request) => {
    if (request.operation?.isMutation !== true) return execute;
    const effects = trackEffects(request.services);
    request.services = effects.services;
    request.told = effects.told;
    return execute;
  });
}
