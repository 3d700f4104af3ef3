import { type Admission, admit } from '../../admission/admit.ts';
import type { ExecutionLayer } from './layers.ts';

/** An operation runs when there is capacity for it, and from then on against its deadline. */
export function admission(limits: Admission): ExecutionLayer {
  return async (execution, next) => {
    const { request } = execution;
    const { operation, caller, deadline } = request;
    if (operation === null) return await next(execution);
    const { priority, isMutation } = operation;
    return await admit(limits, { ...priority, caller, deadline, isMutation }, async (dials) => {
      request.services = { ...request.services, ...dials };
      return await next(execution);
    });
  };
}
