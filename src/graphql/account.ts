import { type Actor, requirePermission } from '../domain/actor.ts';
import type { Connection, Integration, IntegrationCategory, Project } from '../domain/connection.ts';
import { notFound } from '../domain/errors.ts';
import { scopeOf } from '../operations/services.ts';
import type { Builder } from './builder.ts';
import type { ConnectionTypes } from './connection.ts';
import type { Context } from './context.ts';
import { upperSnake } from './lead-names.ts';

const ETL_TYPES = [
  'FIVETRAN',
  'AIRFLOW',
  'DATABRICKS',
  'INFORMATICA',
  'INFORMATICA_V2',
  'AZURE_DATA_FACTORY',
  'MULESOFT',
  'GCP_DATAFORM',
  'SNOWFLAKE',
  'CUSTOM',
  'POWER_BI_DATAFLOW',
  'SALESFORCE_DATA_CLOUD',
  'DBT',
];
const BI_TYPES = ['LOOKER', 'TABLEAU', 'POWER_BI', 'CUSTOM_BI_CONNECTOR'];

/** The lead API's `getUser`: who is calling, and the project with everything in it. The real CLI sends it before each command. */
export function addAccount(builder: Builder, { connection, warehouse, site }: ConnectionTypes): void {
  const biType = builder.enumType('BiContainerModelType', { values: BI_TYPES });
  const etlType = builder.enumType('EtlType', { values: ETL_TYPES });
  const userState = builder.enumType('UserModelState', {
    values: [
      'SIGNED_UP',
      'SET_ACCOUNT_NAME',
      'INSTALL_DC',
      'CONNECT_DW',
      'CHECK_BACK',
      'DASHBOARD',
      'INTEGRATIONS',
      'INVITE_USERS',
      'NOT_AVAILABLE',
    ],
  });
  const container = builder.objectRef<Integration>('BiContainer').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      type: t.field({ type: biType, nullable: false, resolve: (row) => oneOf(BI_TYPES, row, 'CUSTOM_BI_CONNECTOR') }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      assetCount: t.int({ nullable: false, resolve: () => 0 }),
      connections: t.field({ type: [connection], nullable: false, resolve: connectionsOf }),
      dataCollector: t.field({ type: site, resolve: siteOf }),
    }),
  });
  const etl = builder.objectRef<Integration>('EtlContainer').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name', { nullable: false }),
      type: t.field({ type: etlType, resolve: (row) => oneOf(ETL_TYPES, row, 'CUSTOM') }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      isSynthetic: t.boolean({ nullable: false, resolve: () => false }),
      lastWebhookReceived: t.field({ type: 'DateTime', resolve: () => null }),
      jobCount: t.int({ resolve: () => null }),
      supportsEtlJobRuns: t.boolean({ resolve: () => false }),
      connections: t.field({ type: [connection], nullable: false, resolve: connectionsOf }),
      dataCollector: t.field({ type: site, resolve: siteOf }),
    }),
  });
  const emptyCollector = builder
    .objectRef<never>('EmptyDataCollector')
    .implement({ fields: (t) => ({ uuid: t.string({ resolve: () => null }), customerAwsRegion: t.string({ resolve: () => null }) }) });
  const tableauAccount = builder.objectRef<never>('TableauAccount').implement({
    fields: (t) => ({ uuid: t.string({ resolve: () => null }), dataCollector: t.field({ type: emptyCollector, resolve: () => null }) }),
  });

  const account = builder.objectRef<Project>('Account').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      createdOn: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      config: t.field({ type: 'JSONString', resolve: () => null }),
      isDeleted: t.boolean({ nullable: false, resolve: () => false }),
      activeCollectionRegions: t.stringList({ nullable: { list: true, items: true }, resolve: () => [] }),
      dataCollectors: t.field({
        type: [site],
        nullable: false,
        resolve: async (row, _, { services: { store } }) => [...(await store.read.sites.all(row.id))],
      }),
      warehouses: t.field({
        type: [warehouse],
        nullable: false,
        resolve: (_, __, context) => inCategory(context, ['WAREHOUSE', 'OTHER', 'DBT']),
      }),
      bi: t.field({ type: [container], nullable: false, resolve: (_, __, context) => inCategory(context, ['BI']) }),
      etlContainers: t.field({ type: [etl], nullable: false, resolve: (_, __, context) => inCategory(context, ['ETL']) }),
      tableauAccounts: t.field({ type: [tableauAccount], nullable: { list: true, items: true }, resolve: () => [] }),
      connections: t.field({
        type: [connection],
        nullable: false,
        resolve: async (_, __, context) => {
          const all = await inCategory(context, null);
          return (await context.loaders.connectionsOf.loadMany(all.map(({ id }) => id))).flatMap((rows) =>
            rows instanceof Error ? [] : [...rows],
          );
        },
      }),
    }),
  });

  const node = builder
    .interfaceRef<{ readonly id: string }>('Node')
    .implement({ fields: (t) => ({ id: t.id({ nullable: false, resolve: (row) => row.id }) }) });
  const user = builder.objectRef<Actor & { readonly id: string }>('User').implement({
    interfaces: [node],
    isTypeOf: () => true,
    fields: (t) => ({
      cognitoUserId: t.string({ nullable: false, resolve: (row) => row.id }),
      email: t.string({ nullable: false, resolve: (row) => row.name }),
      firstName: t.string({ resolve: (row) => row.name }),
      lastName: t.string({ resolve: () => '' }),
      displayName: t.string({ resolve: (row) => row.name }),
      state: t.field({ type: userState, nullable: false, resolve: () => 'DASHBOARD' as const }),
      createdOn: t.field({
        type: 'DateTime',
        nullable: false,
        resolve: async (row, _, { services: { store } }) =>
          row.tokenId === null ? 0 : ((await store.read.tokens.find(row.tokenId))?.token.createdAt ?? 0),
      }),
      isSso: t.boolean({ nullable: false, resolve: () => false }),
      isDeleted: t.boolean({ nullable: false, resolve: () => false }),
      tokenId: t.exposeString('tokenId'),
      role: t.string({ resolve: (row) => row.roles.join(' ') }),
      account: t.field({ type: account, resolve: (row, _, { services: { store } }) => store.read.projects.find(row.projectId) }),
    }),
  });
  builder.queryFields((t) => ({
    getUser: t.field({
      type: user,
      description: 'Who is calling.',
      resolve: (_, __, { actor }) => ({ ...actor, id: actor.tokenId ?? 'local' }),
    }),
    getWarehouse: t.field({
      type: warehouse,
      args: { uuid: t.arg({ type: 'UUID' }) },
      resolve: async (_, { uuid }, { services: { store }, actor }) => {
        requirePermission(actor, 'read');
        const found = uuid == null ? null : await store.read.integrations.find(scopeOf(actor), uuid);
        if (found === null) throw notFound('warehouse');
        return found;
      },
    }),
  }));
}

async function connectionsOf(row: Integration, _: unknown, { loaders }: Context): Promise<Connection[]> {
  return [...(await loaders.connectionsOf.load(row.id))];
}

function siteOf(row: Integration, _: unknown, { services: { store }, actor }: Context) {
  return store.read.sites.find(actor.projectId, row.siteId);
}

async function inCategory(
  { services: { store }, actor }: Context,
  categories: readonly IntegrationCategory[] | null,
): Promise<Integration[]> {
  if (!actor.permissions.has('read')) return [];
  return (await store.read.integrations.all(scopeOf(actor))).filter(({ category }) => categories?.includes(category) ?? true);
}

function oneOf(types: readonly string[], { type }: Integration, otherwise: string): string {
  return types.includes(upperSnake(type)) ? upperSnake(type) : otherwise;
}
