import type { Connector } from '../../../domain/connector/connector.ts';
import type { StreamingSystem } from '../../../domain/streaming/streaming-system.ts';
import { STREAMING_SYSTEM_TYPES } from '../../../domain/streaming/streaming-system.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Refs } from '../../schema/refs.ts';
import { upperSnake } from '../lead-names.ts';

/** The lead API's types of clusters; a streaming kind that it does not know adds its own. */
const CLUSTER_TYPES = [
  'CONFLUENT_KAFKA',
  'CONFLUENT_KAFKA_CONNECT',
  'MSK_KAFKA',
  'MSK_KAFKA_CONNECT',
  'SELF_HOSTED_KAFKA',
  'SELF_HOSTED_KAFKA_CONNECT',
];

/** A streaming system, and an integration of category STREAMING as a cluster of one. */
export function createStreamingTypes(builder: Builder, { user, connection, streamingCluster }: Refs, connectors: readonly Connector[]) {
  const kinds = connectors.filter(({ category }) => category === 'streaming').map(({ kind }) => upperSnake(kind));
  const clusterType = builder.enumType('StreamingClusterModelClusterType', { values: [...new Set([...CLUSTER_TYPES, ...kinds])] });
  const systemType = builder.enumType('StreamingSystemModelType', { values: STREAMING_SYSTEM_TYPES.map(upperSnake) });
  streamingCluster.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      // Both are there for whatever is of this category.
      externalClusterId: t.string({ nullable: false, resolve: (row) => row.externalClusterId ?? '' }),
      streamingSystemUuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.streamingSystemId ?? '' }),
      name: t.exposeString('name', { nullable: false }),
      clusterType: t.field({ type: clusterType, nullable: false, resolve: (row) => upperSnake(row.type) }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      createdBy: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.createdBy) }),
      lastUpdateUser: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.updatedBy) }),
      connections: t.field({
        type: [connection],
        nullable: false,
        resolve: async (row, _, { loaders }) => [...(await loaders.connectionsOf.load(row.id))],
      }),
    }),
  });
  return builder.objectRef<StreamingSystem>('StreamingSystem').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name', { nullable: false }),
      type: t.field({ type: systemType, nullable: false, resolve: (row) => upperSnake(row.type) }),
      accountUuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.projectId }),
      dcId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.siteId }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      createdBy: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.createdBy) }),
      lastUpdateUser: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.updatedBy) }),
    }),
  });
}
