import type { GraphQLSchema } from 'graphql';
import type { Overrides } from '../../../src/app/overrides.ts';
import { createCatalogue } from '../../../src/connectors/catalogue.ts';
import { createWorkerThreads, type WorkerThreads } from '../../../src/egress/worker-threads.ts';
import { createSchema } from '../../../src/graphql/schema/schema.ts';

let schema: GraphQLSchema | null = null;
const threads = new Map<string, WorkerThreads>();

/** What takes longest to make of a gateway and holds nothing of it: made once for all gateways of built-in kinds in this process. */
export const SHARED: Pick<Overrides, 'schema' | 'validatorThreads'> = {
  get schema() {
    schema ??= createSchema({ connectors: createCatalogue() });
    return schema;
  },
  validatorThreads(policy) {
    const key = JSON.stringify(policy);
    const shared = threads.get(key) ?? createWorkerThreads(policy);
    threads.set(key, shared);
    // They stay for the gateways that come.
    return { run: shared.run, close: async () => {} };
  },
};
