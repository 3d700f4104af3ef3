import { BI_CATEGORIES } from '../../../domain/integration/integration-category.ts';
import type { AskedIntegration } from '../../../operations/integrations/integration-choice.ts';
import { DIALS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Refs } from '../../schema/refs.ts';
import { addedPayload, addOne } from './add-one.ts';

/** Adding a connection to an integration that is no warehouse: a BI container, an ETL container or a streaming cluster. */
export function addContainerConnections(builder: Builder, refs: Refs): void {
  const addedBi = addedPayload(builder, refs, 'AddBiConnectionMutation');
  const addedEtl = addedPayload(builder, refs, 'AddEtlConnectionMutation');
  const addedStreaming = addedPayload(builder, refs, 'AddStreamingConnectionMutation');
  builder.mutationFields((t) => ({
    addBiConnection: t.field({
      extensions: DIALS,
      type: addedBi,
      description: 'The same as addConnection, in the BI container resourceId or in a new one.',
      args: {
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        dcId: t.arg({ type: 'UUID' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string(),
        name: t.arg.string(),
        resourceId: t.arg({ type: 'UUID' }),
      },
      resolve: (_, args, context) => addOne(context, args, biContainerOf(args)),
    }),
    addEtlConnection: t.field({
      extensions: DIALS,
      type: addedEtl,
      description: 'The same as addConnection, in a new ETL container of that name.',
      args: {
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        dcId: t.arg({ type: 'UUID' }),
        key: t.arg.string(),
        name: t.arg.string({ required: true }),
      },
      resolve: (_, args, context) => addOne(context, args, { name: args.name, category: 'ETL' }),
    }),
    addStreamingConnection: t.field({
      extensions: DIALS,
      type: addedStreaming,
      description:
        'The same as addConnection, in the cluster mcClusterId, or in a new one of the streaming system streamingSystemId, or of a new system.',
      args: {
        connectionType: t.arg.string({ required: true }),
        dcId: t.arg({ type: 'UUID' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string({ required: true }),
        mcClusterId: t.arg({ type: 'UUID' }),
        newClusterId: t.arg.string({ description: 'What the streaming system itself calls the cluster.' }),
        newClusterName: t.arg.string(),
        newClusterType: t.arg.string({ description: 'That of the connection.' }),
        newStreamingSystemName: t.arg.string(),
        newStreamingSystemType: t.arg.string({ description: 'confluent-cloud, msk or self-hosted.' }),
        streamingSystemId: t.arg({ type: 'UUID' }),
      },
      resolve: (_, args, context) => addOne(context, args, { cluster: args }),
    }),
  }));
}

interface BiArgs {
  readonly connectionType: string;
  readonly resourceId?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Clients that have no name for a new container send the kind of its first connection in its place. */
function biContainerOf({ resourceId, name = null, connectionType }: BiArgs): AskedIntegration {
  const isGiven = name !== null && name !== connectionType;
  if (resourceId != null) return { id: resourceId, categories: BI_CATEGORIES, name: isGiven ? name : null };
  return { name, category: 'BI', numbered: !isGiven };
}
