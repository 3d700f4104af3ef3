import { badRequest } from '../../../domain/errors/errors.ts';
import { WAREHOUSE_CATEGORIES } from '../../../domain/integration/integration-category.ts';
import type { AskedIntegration } from '../../../operations/integrations/integration-choice.ts';
import type { Services } from '../../../operations/services.ts';
import { DIALS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Refs } from '../../schema/refs.ts';
import { refuseCtpConfig } from '../ctp-config.ts';
import { addedPayload, addOne } from './add-one.ts';

/** Adding a connection to a warehouse, which may be a new one. */
export function addWarehouseConnections(builder: Builder, refs: Refs, { connectors }: Pick<Services, 'connectors'>): void {
  const added = addedPayload(builder, refs, 'AddConnectionMutation');
  const addedConsumer = addedPayload(builder, refs, 'AddRedshiftConsumerConnectionMutation');
  const allowList = builder.inputType('DbtCloudConnectionAllowListInput', {
    fields: (t) => ({ fields: t.stringList({ required: true }), values: t.stringList({ required: true }) }),
  });

  builder.mutationFields((t) => ({
    addConnection: t.field({
      extensions: DIALS,
      type: added,
      description: 'Creates the connection that a temporary key was staged for, in the integration dwId or in a new one.',
      args: {
        agentObservabilityTraceStore: t.arg.boolean(),
        allowedDbtCloudConnections: t.arg.stringList(),
        allowedDbtCloudEnvironments: t.arg.stringList(),
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        createWarehouseType: t.arg.string({ description: 'What the new integration is, such as data-lake; it has to fit the kind.' }),
        ctpConfig: t.arg({ type: 'JSONString' }),
        dbtCloudConnectionAllowList: t.arg({ type: allowList }),
        dcId: t.arg({ type: 'UUID' }),
        dwId: t.arg({ type: 'UUID' }),
        filterDbtCloudEvents: t.arg.boolean(),
        isActive: t.arg.boolean({ defaultValue: true }),
        jobLimits: t.arg({ type: 'JSONString' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string({ required: true }),
        name: t.arg.string({ description: 'Of the new integration; one is made from the kind and its system unless given.' }),
      },
      resolve: (_, args, context) => {
        refuseCtpConfig(args.ctpConfig);
        if (args.agentObservabilityTraceStore != null)
          throw badRequest('agentObservabilityTraceStore', 'agentObservabilityTraceStore is not supported; leave it out.');
        return addOne(context, args, warehouseOf(args), {
          isActive: args.isActive ?? true,
          jobLimits: args.jobLimits ?? null,
          dbtFilter: args,
        });
      },
    }),
    addRedshiftConsumerConnection: t.field({
      extensions: DIALS,
      type: addedConsumer,
      description: 'A further connection to Redshift in the integration of the one that shares its data.',
      args: {
        connectionName: t.arg.string(),
        dcId: t.arg({ type: 'UUID' }),
        isActive: t.arg.boolean({ defaultValue: true }),
        jobLimits: t.arg({ type: 'JSONString' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string({ required: true }),
        producerResourceId: t.arg({ type: 'UUID', required: true }),
      },
      resolve: (_, { producerResourceId, ...args }, context) =>
        addOne(
          context,
          { ...args, connectionType: 'redshift' },
          { id: producerResourceId, categories: WAREHOUSE_CATEGORIES },
          { isActive: args.isActive ?? true, jobLimits: args.jobLimits ?? null },
        ),
    }),
  }));
  for (const { lead } of connectors.all()) {
    const system = /^add(\w+)Connection$/.exec(lead.adding ?? '')?.[1];
    if (lead.adding === undefined || system === undefined) continue;
    const addedSo = addedPayload(builder, refs, `Add${system}ConnectionMutation`);
    builder.mutationField(lead.adding, (t) =>
      t.field({
        extensions: DIALS,
        type: addedSo,
        description: `The same as addConnection, under the name that the lead API has for ${system}.`,
        args: {
          connectionName: t.arg.string(),
          connectionType: t.arg.string({ required: true }),
          createWarehouseType: t.arg.string(),
          dcId: t.arg({ type: 'UUID' }),
          dwId: t.arg({ type: 'UUID' }),
          jobLimits: t.arg({ type: 'JSONString', required: true }),
          jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
          key: t.arg.string({ required: true }),
          name: t.arg.string(),
        },
        resolve: (_, args, context) => addOne(context, args, warehouseOf(args), { jobLimits: args.jobLimits }),
      }),
    );
  }
}

interface WarehouseArgs {
  readonly dwId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly createWarehouseType?: string | null | undefined;
}

/** The warehouse that dwId names, or a new one of the type that is asked for; without a name it gets one from us. */
function warehouseOf({ dwId, name = null, createWarehouseType: warehouseType = null }: WarehouseArgs): AskedIntegration {
  return dwId == null ? { name, warehouseType } : { id: dwId, name, warehouseType };
}
