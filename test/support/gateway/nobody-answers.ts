import type { Overrides } from '../../../src/app/overrides.ts';
import { EgressError } from '../../../src/domain/connector/egress.ts';
import { failedOutcome } from '../../../src/egress/worker-threads.ts';

/** For gateways that check what is saved against vendors' own hosts: tests talk to this machine alone, so no host has a name here. */
export const NOBODY_ANSWERS: Pick<Overrides, 'validatorThreads'> = {
  validatorThreads: () => ({ run: async () => failedOutcome(new EgressError('HOST_UNRESOLVED')), close: async () => {} }),
};
