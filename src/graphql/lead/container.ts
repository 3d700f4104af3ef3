import type { Connection, Integration } from '../../domain/connection/connection.ts';
import { badRequest, notFound } from '../../domain/errors/errors.ts';
import { BI_TYPES, ETL_TYPES, WAREHOUSE_TYPES } from '../../domain/integration/container-type.ts';
import { ETL_CATEGORIES, WAREHOUSE_CATEGORIES } from '../../domain/integration/integration-category.ts';
import { findConnections } from '../../operations/connections/read-connection.ts';
import { findIntegration, findIntegrations } from '../../operations/integrations/list-integrations.ts';
import type { Services } from '../../operations/services.ts';
import type { Builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import type { Refs } from '../schema/refs.ts';
import { containerType, upperSnake, warehouseType } from './lead-names.ts';

/** Integrations as the lead API has them: a warehouse, a BI container or an ETL container, by category. */
export function addContainers(builder: Builder, refs: Refs, services: Pick<Services, 'connectors'>): void {
  const { account, connection, site, user, warehouse, biContainer, etlContainer } = refs;
  const warehouseTypeEnum = builder.enumType('WarehouseModelConnectionType', { values: WAREHOUSE_TYPES.map(upperSnake) });
  const biType = builder.enumType('BiContainerModelType', { values: BI_TYPES.map(upperSnake) });
  const etlType = builder.enumType('EtlType', { values: ETL_TYPES.map(upperSnake) });
  const accountOf = (_row: Integration, _: unknown, { loaders }: Context) => loaders.project();
  const siteOf = (row: Integration, _: unknown, { loaders }: Context) => loaders.site.load(row.siteId);

  warehouse.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      connectionType: t.field({ type: warehouseTypeEnum, nullable: false, resolve: (row) => warehouseType(row, services.connectors) }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdOn: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      isDeleted: t.boolean({ nullable: false, resolve: () => false }),
      credentialsS3Key: t.string({ resolve: () => null }),
      bqProjectId: t.string({ resolve: () => null }),
      config: t.field({ type: 'JSONString', resolve: () => null }),
      account: t.field({ type: account, nullable: false, resolve: accountOf }),
      connections: t.field({ type: [connection], nullable: false, resolve: connectionsOf }),
      dataCollector: t.field({ type: site, resolve: siteOf }),
    }),
  });
  biContainer.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      type: t.field({ type: biType, nullable: false, resolve: (row) => containerType(BI_TYPES, row, 'custom-bi-connector') }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      assetCount: t.int({ nullable: false, resolve: () => 0 }),
      account: t.field({ type: account, nullable: false, resolve: accountOf }),
      connections: t.field({ type: [connection], nullable: false, resolve: connectionsOf }),
      dataCollector: t.field({ type: site, resolve: siteOf }),
    }),
  });
  etlContainer.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name', { nullable: false }),
      type: t.field({ type: etlType, resolve: (row) => containerType(ETL_TYPES, row, 'custom') }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      createdBy: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.createdBy) }),
      lastUpdateUser: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.updatedBy) }),
      deletedAt: t.field({ type: 'DateTime', resolve: () => null }),
      isSynthetic: t.boolean({ nullable: false, resolve: () => false }),
      lastWebhookReceived: t.field({ type: 'DateTime', resolve: () => null }),
      jobCount: t.int({ resolve: () => null }),
      supportsEtlJobRuns: t.boolean({ resolve: () => false }),
      account: t.field({ type: account, nullable: false, resolve: accountOf }),
      connections: t.field({ type: [connection], nullable: false, resolve: connectionsOf }),
      dataCollector: t.field({ type: site, resolve: siteOf }),
    }),
  });

  builder.queryFields((t) => ({
    getWarehouse: t.field({
      type: warehouse,
      args: { uuid: t.arg({ type: 'UUID' }) },
      resolve: (_, { uuid }, context) => {
        if (uuid == null) throw badRequest('uuid', 'uuid is required.');
        return readContainer(context, uuid);
      },
    }),
    getWarehouses: t.field({
      type: [warehouse],
      nullable: false,
      description: 'Domains are not served: an id of one finds nothing.',
      args: { domainUuid: t.arg({ type: 'UUID' }), domainUuids: t.arg({ type: ['UUID'] }) },
      resolve: async (_, { domainUuid, domainUuids }, { services, actor, loaders }) => {
        if (domainUuid != null || (domainUuids ?? []).length > 0) return [...(await findIntegrations(services, actor, []))];
        return await loaders.integrations({ categories: WAREHOUSE_CATEGORIES });
      },
    }),
    getWarehouseConnections: t.field({
      type: [connection],
      nullable: { list: true, items: true },
      args: {
        warehouseUuid: t.arg({ type: 'UUID', required: true }),
        jobTypes: t.arg.stringList({ required: { list: false, items: false } }),
      },
      resolve: async (_, { warehouseUuid, jobTypes }, context) => {
        const found = await context.loaders.connectionsOf.load((await readContainer(context, warehouseUuid)).id);
        return found.filter((row) => jobTypes == null || row.jobTypes.some((type) => jobTypes.includes(type)));
      },
    }),
    getDbtConnections: t.field({
      type: [connection],
      nullable: { list: true, items: true },
      resolve: async (_, __, context) => {
        const rows = await context.loaders.listing({ identifiers: false });
        const isDbt = (kind: string) => services.connectors.find(kind)?.category === 'dbt';
        const ids = rows.filter(({ kind, integrationCategory }) => integrationCategory === 'DBT' || isDbt(kind)).map(({ id }) => id);
        const found = new Map((await findConnections(context.services, context.actor, ids)).map((row) => [row.id, row]));
        return ids.flatMap((id) => found.get(id) ?? []);
      },
    }),
    getEtlContainers: t.field({
      type: [etlContainer],
      nullable: { list: true, items: true },
      resolve: (_, __, { loaders }) => loaders.integrations({ categories: ETL_CATEGORIES }),
    }),
  }));
}

async function readContainer({ services, actor }: Context, id: string): Promise<Integration> {
  const found = await findIntegration(services, actor, id);
  if (found === null) throw notFound('warehouse', id);
  return found;
}

async function connectionsOf(row: Integration, _: unknown, { loaders }: Context): Promise<Connection[]> {
  return [...(await loaders.connectionsOf.load(row.id))];
}
