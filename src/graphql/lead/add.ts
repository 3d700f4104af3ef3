import type { Connection, IntegrationCategory } from '../../domain/connection/connection.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { type AddConnection, addConnection } from '../../operations/connections/add-connection.ts';
import { findConnection } from '../../operations/connections/read-connection.ts';
import type { Services } from '../../operations/services.ts';
import { DIALS } from '../plugins/operation-priority.ts';
import type { Builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import type { Refs } from '../schema/refs.ts';
import { refuseCtpConfig } from './ctp-config.ts';

/** Making a connection of what a temporary key was staged for: the lead API has one mutation for each kind of container. */
export function addAdding(builder: Builder, { connection }: Refs, { connectors }: Pick<Services, 'connectors'>): void {
  const payload = (name: string) =>
    builder
      .objectRef<Connection>(name)
      .implement({ fields: (t) => ({ connection: t.field({ type: connection, resolve: (row) => row }) }) });
  const added = payload('AddConnectionMutation');
  const addedBi = payload('AddBiConnectionMutation');
  const addedEtl = payload('AddEtlConnectionMutation');
  const allowList = builder.inputType('DbtCloudConnectionAllowListInput', {
    fields: (t) => ({ fields: t.stringList({ required: true }), values: t.stringList({ required: true }) }),
  });

  builder.mutationFields((t) => ({
    addConnection: t.field({
      extensions: DIALS,
      type: added,
      description: 'Creates the connection that a temporary key was staged for, in the integration dwId or in a new one of that name.',
      args: {
        agentObservabilityTraceStore: t.arg.boolean(),
        allowedDbtCloudConnections: t.arg.stringList(),
        allowedDbtCloudEnvironments: t.arg.stringList(),
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        createWarehouseType: t.arg.string(),
        ctpConfig: t.arg({ type: 'JSONString' }),
        dbtCloudConnectionAllowList: t.arg({ type: allowList }),
        dcId: t.arg({ type: 'UUID' }),
        dwId: t.arg({ type: 'UUID' }),
        filterDbtCloudEvents: t.arg.boolean(),
        isActive: t.arg.boolean({ defaultValue: true }),
        jobLimits: t.arg({ type: 'JSONString' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string({ required: true }),
        name: t.arg.string(),
      },
      resolve: (_, args, context) => {
        refuseCtpConfig(args.ctpConfig);
        return add(context, args, integrationOf(args.dwId, args.name, 'dwId'), {
          isActive: args.isActive ?? true,
          jobLimits: args.jobLimits ?? null,
        });
      },
    }),
    addBiConnection: t.field({
      extensions: DIALS,
      type: addedBi,
      description: 'The same in the BI container resourceId, or in a new one of that name.',
      args: {
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        dcId: t.arg({ type: 'UUID' }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
        key: t.arg.string(),
        name: t.arg.string(),
        resourceId: t.arg({ type: 'UUID' }),
      },
      resolve: (_, args, context) =>
        add(context, args, integrationOf(args.resourceId, args.name ?? args.connectionType, 'resourceId', 'BI')),
    }),
    addEtlConnection: t.field({
      extensions: DIALS,
      type: addedEtl,
      description: 'The same in a new ETL container of that name.',
      args: {
        connectionName: t.arg.string(),
        connectionType: t.arg.string({ required: true }),
        dcId: t.arg({ type: 'UUID' }),
        key: t.arg.string(),
        name: t.arg.string({ required: true }),
      },
      resolve: (_, args, context) => add(context, args, integrationOf(null, args.name, 'name', 'ETL')),
    }),
  }));
  for (const { lead } of connectors.all()) {
    const system = /^add(\w+)Connection$/.exec(lead.adding ?? '')?.[1];
    if (lead.adding === undefined || system === undefined) continue;
    const addedSo = payload(`Add${system}ConnectionMutation`);
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
        resolve: (_, args, context) => add(context, args, integrationOf(args.dwId, args.name, 'dwId'), { jobLimits: args.jobLimits }),
      }),
    );
  }
}

interface CommonArgs {
  readonly connectionType: string;
  readonly connectionName?: string | null | undefined;
  readonly dcId?: string | null | undefined;
  readonly jobTypes?: readonly (string | null | undefined)[] | null | undefined;
  readonly key?: string | null | undefined;
}

async function add(
  { services, actor }: Context,
  args: CommonArgs,
  integration: AddConnection['integration'],
  more: Pick<AddConnection, 'isActive' | 'jobLimits'> = {},
): Promise<Connection> {
  if (args.key == null) throw badRequest('key', 'key is required: stage the credentials first, with the test mutation of their kind.');
  const { connectionId } = await addConnection(services, actor, {
    ...more,
    key: args.key,
    kind: args.connectionType,
    integration,
    name: args.connectionName ?? null,
    siteId: args.dcId ?? null,
    jobTypes: (args.jobTypes ?? []).filter((type) => type != null),
  });
  const row = await findConnection(services, actor, connectionId);
  if (row === null) throw new DomainError('VERSION_CONFLICT', 'The connection was removed right after it was added.');
  return row;
}

/** An integration that exists, or a new one of that name and category; the connector's own category where none is given. */
function integrationOf(
  id: string | null | undefined,
  name: string | null | undefined,
  path: string,
  category?: IntegrationCategory,
): AddConnection['integration'] {
  if (id != null) return { id };
  if (name == null) throw badRequest('name', `Name a new integration (name), or give an existing one (${path}).`);
  return { name, ...(category === undefined ? {} : { category }) };
}
