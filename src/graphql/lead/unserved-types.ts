import type { Builder } from '../schema/builder.ts';
import { none } from '../schema/connections/site.ts';

/** Objects of the contract that no connection has yet. */
export function createUnservedTypes(builder: Builder) {
  const jobError = builder.objectRef<never>('JobError').implement({
    fields: (t) => ({
      ...Object.fromEntries(['message', 'jobType', 'stackName'].map((name) => [name, t.string({ resolve: none })])),
      ...Object.fromEntries(
        ['jobExecutionUuid', 'dcScheduleUuid', 'dataCollectorUuid'].map((name) => [name, t.field({ type: 'UUID', resolve: none })]),
      ),
      timestamp: t.field({ type: 'DateTime', resolve: none }),
      resultCount: t.int({ resolve: none }),
    }),
  });
  const terminology = builder.objectRef<never>('Terminology').implement({
    fields: (t) => ({
      job: t.string({ nullable: false, resolve: none }),
      task: t.string({ resolve: none }),
      group: t.string({ resolve: none }),
    }),
  });
  return { jobError, terminology };
}
