import type { Connection } from '../domain/connection.ts';
import { badRequest, DomainError } from '../domain/errors.ts';
import { addConnection } from '../operations/add-connection.ts';
import {
  deleteIntegration,
  removeConnection,
  renameConnection,
  renameIntegration,
  setConnectionPolicy,
  setDeletionProtection,
  toggleConnection,
} from '../operations/manage-connection.ts';
import { scopeOf } from '../operations/services.ts';
import type { Builder } from './builder.ts';
import type { ConnectionTypes } from './connection.ts';
import type { Context } from './context.ts';

/** Adding, naming, enabling, protecting and removing connections, as the lead API spells it; and our policies. */
export function addManagement(builder: Builder, { connection, warehouse, inFlight, commitPolicy }: ConnectionTypes): void {
  const payload = (name: string, nullable = true) =>
    builder
      .objectRef<Connection>(name)
      .implement({ fields: (t) => ({ connection: t.field({ type: connection, nullable, resolve: (row) => row }) }) });
  const success = (name: string) =>
    builder.objectRef<true>(name).implement({ fields: (t) => ({ success: t.boolean({ resolve: () => true }) }) });
  const added = payload('AddConnectionMutation');
  const addedDatabricks = payload('AddDatabricksConnectionMutation');
  const renamed = payload('SetConnectionName', false);
  const withPolicy = payload('SetConnectionPolicy', false);
  const toggled = success('ToggleConnectionEnable');
  const protectedOne = success('SetConnectionDeletionProtectionMutation');
  const removed = success('RemoveConnectionMutation');
  const deleted = success('DeleteIntegrationMutation');
  const renamedWarehouse = builder.objectRef<string>('SetWarehouseName').implement({
    fields: (t) => ({
      warehouse: t.field({
        type: warehouse,
        resolve: (id, _, { services: { store }, actor }) => store.read.integrations.find(scopeOf(actor), id),
      }),
    }),
  });
  const allowList = builder.inputType('DbtCloudConnectionAllowListInput', {
    fields: (t) => ({ fields: t.stringList({ required: true }), values: t.stringList({ required: true }) }),
  });
  const policy = builder.inputType('ConnectionPolicyInput', {
    fields: (t) => ({
      inFlight: t.field({ type: inFlight }),
      commitPolicy: t.field({ type: commitPolicy }),
      overlapSeconds: t.int({ description: 'From 10,800 (three hours) to 7,776,000 (90 days).' }),
    }),
  });

  builder.mutationFields((t) => ({
    addConnection: t.field({
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
      resolve: (_, args, context) => add(context, args),
    }),
    addDatabricksConnection: t.field({
      type: addedDatabricks,
      description: 'The same as addConnection, under the name that the lead API has for Databricks.',
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
      resolve: (_, args, context) => add(context, args),
    }),
    setConnectionName: t.field({
      type: renamed,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), name: t.arg.string({ required: true }) },
      resolve: (_, { connectionId, name }, { services, actor }) => renameConnection(services, actor, connectionId, name),
    }),
    setWarehouseName: t.field({
      type: renamedWarehouse,
      args: { dwId: t.arg({ type: 'UUID', required: true }), name: t.arg.string({ required: true }) },
      resolve: async (_, { dwId, name }, { services, actor }) => {
        await renameIntegration(services, actor, dwId, name);
        return dwId;
      },
    }),
    toggleConnectionEnable: t.field({
      type: toggled,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), enable: t.arg.boolean({ required: true }) },
      resolve: async (_, { connectionId, enable }, { services, actor }) => {
        await toggleConnection(services, actor, connectionId, enable);
        return true as const;
      },
    }),
    setConnectionDeletionProtection: t.field({
      type: protectedOne,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), enableDeletionProtection: t.arg.boolean({ required: true }) },
      resolve: async (_, { connectionId, enableDeletionProtection }, { services, actor }) => {
        await setDeletionProtection(services, actor, connectionId, enableDeletionProtection);
        return true as const;
      },
    }),
    removeConnection: t.field({
      type: removed,
      args: { connectionId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { connectionId }, { services, actor }) => {
        await removeConnection(services, actor, connectionId);
        return true as const;
      },
    }),
    deleteIntegration: t.field({
      type: deleted,
      args: { integrationId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { integrationId }, { services, actor }) => {
        await deleteIntegration(services, actor, integrationId);
        return true as const;
      },
    }),
    setConnectionPolicy: t.field({
      type: withPolicy,
      description: 'Sets what is given and keeps the rest. Needs an owner.',
      args: { connectionId: t.arg({ type: 'UUID', required: true }), policy: t.arg({ type: policy, required: true }) },
      resolve: (_, { connectionId, policy: given }, { services, actor }) =>
        setConnectionPolicy(services, actor, connectionId, {
          ...(given.inFlight == null ? {} : { inFlight: given.inFlight }),
          ...(given.commitPolicy == null ? {} : { commitPolicy: given.commitPolicy }),
          ...(given.overlapSeconds == null ? {} : { overlapMs: given.overlapSeconds * 1000 }),
        }),
    }),
  }));
}

interface AddArguments {
  readonly key: string;
  readonly connectionType: string;
  readonly dwId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly connectionName?: string | null | undefined;
  readonly dcId?: string | null | undefined;
  readonly isActive?: boolean | null | undefined;
  readonly jobTypes?: readonly (string | null | undefined)[] | null | undefined;
  readonly jobLimits?: unknown;
}

async function add(context: Context, args: AddArguments): Promise<Connection> {
  if (args.dwId == null && args.name == null) throw badRequest('name', 'Name a new integration (name), or give an existing one (dwId).');
  const { connectionId } = await addConnection(context.services, context.actor, {
    key: args.key,
    kind: args.connectionType,
    integration: args.dwId == null ? { name: args.name ?? '' } : { id: args.dwId },
    name: args.connectionName ?? null,
    siteId: args.dcId ?? null,
    isActive: args.isActive ?? true,
    jobTypes: (args.jobTypes ?? []).filter((type) => type !== null && type !== undefined),
    jobLimits: args.jobLimits ?? null,
  });
  return await found(context, connectionId);
}

async function found({ services: { store }, actor }: Context, id: string): Promise<Connection> {
  const row = await store.read.connections.find(scopeOf(actor), id);
  if (row === null) throw new DomainError('VERSION_CONFLICT', 'The connection was removed right after it was added.');
  return row;
}
