import type { Builder } from '../schema/builder.ts';
import { none } from '../schema/connections/site.ts';
import type { Refs } from '../schema/refs.ts';

/** Objects of the contract that no connection has yet. */
export function createUnservedTypes(builder: Builder, { connection, user }: Refs) {
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
  const allowList = builder.objectRef<never>('DbtCloudConnectionAllowList').implement({
    fields: (t) => ({ fields: t.stringList({ nullable: false, resolve: none }), values: t.stringList({ nullable: false, resolve: none }) }),
  });
  const clusterType = builder.enumType('StreamingClusterModelClusterType', {
    values: [
      'CONFLUENT_KAFKA',
      'CONFLUENT_KAFKA_CONNECT',
      'MSK_KAFKA',
      'MSK_KAFKA_CONNECT',
      'SELF_HOSTED_KAFKA',
      'SELF_HOSTED_KAFKA_CONNECT',
    ],
  });
  const streamingCluster = builder.objectRef<never>('StreamingCluster').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: none }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: none }),
      externalClusterId: t.string({ nullable: false, resolve: none }),
      name: t.string({ nullable: false, resolve: none }),
      clusterType: t.field({ type: clusterType, nullable: false, resolve: none }),
      streamingSystemUuid: t.field({ type: 'UUID', nullable: false, resolve: none }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: none }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: none }),
      deletedAt: t.field({ type: 'DateTime', resolve: none }),
      createdBy: t.field({ type: user, resolve: none }),
      lastUpdateUser: t.field({ type: user, resolve: none }),
      connections: t.field({ type: [connection], nullable: false, resolve: none }),
    }),
  });
  return { jobError, terminology, allowList, streamingCluster };
}
