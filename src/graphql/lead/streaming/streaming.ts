import type { Integration } from '../../../domain/connection/connection.ts';
import { faultOf } from '../../../domain/errors/altered-row.ts';
import { STREAMING_CATEGORIES } from '../../../domain/integration/integration-category.ts';
import { readSystemType, type StreamingSystem } from '../../../domain/streaming/streaming-system.ts';
import { deleteIntegration } from '../../../operations/integrations/delete-integration.ts';
import { renameIntegration } from '../../../operations/integrations/rename-integration.ts';
import type { Services } from '../../../operations/services.ts';
import { addStreamingSystem } from '../../../operations/streaming/add-streaming-system.ts';
import { deleteStreamingSystem } from '../../../operations/streaming/delete-streaming-system.ts';
import { renameStreamingSystem } from '../../../operations/streaming/rename-streaming-system.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Refs } from '../../schema/refs.ts';
import { createStreamingTypes } from './streaming-types.ts';

/** Streaming systems and their clusters, which are integrations: making, naming, listing and deleting them. */
export function addStreaming(builder: Builder, refs: Refs, { connectors }: Pick<Services, 'connectors'>): void {
  const { connection, streamingCluster } = refs;
  const system = createStreamingTypes(builder, refs, connectors.all());
  const withSystem = (name: string) =>
    builder
      .objectRef<StreamingSystem>(name)
      .implement({ fields: (t) => ({ streamingSystem: t.field({ type: system, resolve: (row) => row }) }) });
  const success = (name: string) =>
    builder.objectRef<true>(name).implement({ fields: (t) => ({ success: t.boolean({ resolve: () => true }) }) });
  const addedSystem = withSystem('AddStreamingSystemMutation');
  const renamedSystem = withSystem('UpdateStreamingSystemNameMutation');
  const renamedCluster = builder
    .objectRef<Integration>('UpdateStreamingClusterNameMutation')
    .implement({ fields: (t) => ({ streamingCluster: t.field({ type: streamingCluster, resolve: (row) => row }) }) });
  const deletedSystem = success('DeleteStreamingSystemMutation');
  const deletedCluster = success('DeleteStreamingClusterMutation');
  const withClusters = builder
    .objectRef<{ readonly system: StreamingSystem; readonly clusters: readonly Integration[] }>('StreamingSystemWithClusters')
    .implement({
      fields: (t) => ({
        system: t.field({ type: system, resolve: (row) => row.system }),
        clusterConnections: t.field({
          type: [connection],
          nullable: { list: true, items: true },
          description: 'Of all its clusters, where includeClusters asks for them.',
          resolve: async ({ clusters }, _, { loaders }) =>
            (await Promise.all(clusters.map(({ id }) => loaders.connectionsOf.load(id)))).flat(),
        }),
      }),
    });

  builder.queryFields((t) => ({
    getStreamingSystems: t.field({
      type: [withClusters],
      nullable: { list: true, items: true },
      args: { includeClusters: t.arg.boolean() },
      resolve: async (_, { includeClusters }, { loaders, answer }, info) => {
        const systems = await loaders.streamingSystems();
        const clusters = includeClusters === true ? await loaders.integrations({ categories: STREAMING_CATEGORIES }) : [];
        const known = clusters.filter((cluster) => {
          const fault = faultOf(cluster);
          // Nobody knows which system it is of.
          if (fault !== null) answer.leaveOut(fault, info);
          return fault === null;
        });
        return systems.map((one) => ({ system: one, clusters: known.filter(({ streamingSystemId }) => streamingSystemId === one.id) }));
      },
    }),
  }));
  builder.mutationFields((t) => ({
    addStreamingSystem: t.field({
      type: addedSystem,
      args: {
        dcId: t.arg({ type: 'UUID' }),
        streamingSystemName: t.arg.string({ required: true }),
        streamingSystemType: t.arg.string({ required: true, description: 'confluent-cloud, msk or self-hosted.' }),
      },
      resolve: (_, { dcId, streamingSystemName: name, streamingSystemType: type }, { services, actor }) =>
        addStreamingSystem(services, actor, { name, type: readSystemType(type, 'streamingSystemType'), siteId: dcId ?? null }),
    }),
    updateStreamingSystemName: t.field({
      type: renamedSystem,
      args: { newName: t.arg.string({ required: true }), streamingSystemUuid: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { newName, streamingSystemUuid }, { services, actor }) =>
        renameStreamingSystem(services, actor, streamingSystemUuid, newName),
    }),
    updateStreamingClusterName: t.field({
      type: renamedCluster,
      args: { newName: t.arg.string({ required: true }), streamingClusterUuid: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { newName, streamingClusterUuid }, { services, actor }) =>
        renameIntegration(services, actor, {
          id: streamingClusterUuid,
          name: newName,
          categories: STREAMING_CATEGORIES,
          namePath: 'newName',
        }),
    }),
    deleteStreamingSystem: t.field({
      type: deletedSystem,
      description: 'With all its clusters and their connections, or nothing.',
      args: { streamingSystemUuid: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { streamingSystemUuid }, { services, actor }) => {
        await deleteStreamingSystem(services, actor, streamingSystemUuid);
        return true as const;
      },
    }),
    deleteStreamingCluster: t.field({
      type: deletedCluster,
      description: 'With all its connections, or nothing.',
      args: { streamingClusterUuid: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { streamingClusterUuid }, { services, actor }) => {
        await deleteIntegration(services, actor, streamingClusterUuid, STREAMING_CATEGORIES);
        return true as const;
      },
    }),
  }));
}
