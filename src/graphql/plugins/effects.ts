import { trackEffects } from '../../operations/idempotency/track-effects.ts';
import type { ExecutionLayer } from './layers.ts';

/** A mutation that has changed something before the store was lost is reported as OUTCOME_UNKNOWN, and never as if nothing had happened. */
export const trackedEffects: ExecutionLayer = (execution, next) => {
  const { request } = execution;
  if (request.operation?.isMutation === true) {
    const effects = trackEffects(request.services);
    request.services = effects.services;
    request.told = effects.told;
  }
  return next(execution);
};
