import { INTEGRATION_CATEGORIES, type Integration } from '../../../domain/connection/connection.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { BI_CATEGORIES, ETL_CATEGORIES, WAREHOUSE_CATEGORIES } from '../../../domain/integration/integration-category.ts';
import { deleteIntegration } from '../../../operations/integrations/delete-integration.ts';
import { renameIntegration } from '../../../operations/integrations/rename-integration.ts';
import { renameSite } from '../../../operations/sites/rename-site.ts';
import type { Builder } from '../builder.ts';
import type { Refs } from '../refs.ts';

/** Renaming and deleting integrations and sites, under the many names that the lead API has for them. */
export function addIntegrations(builder: Builder, { warehouse, biContainer, etlContainer }: Refs): void {
  const updated = builder.objectRef<Integration>('IntegrationUpdateResult').implement({
    fields: (t) => ({
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      type: t.string({ nullable: false, resolve: (row) => row.category }),
      name: t.exposeString('name', { nullable: false }),
    }),
  });
  const setWarehouseName = builder
    .objectRef<Integration>('SetWarehouseName')
    .implement({ fields: (t) => ({ warehouse: t.field({ type: warehouse, resolve: (row) => row }) }) });
  const updateBiConnectionName = builder
    .objectRef<Integration>('UpdateBiConnectionNameMutation')
    .implement({ fields: (t) => ({ biContainer: t.field({ type: biContainer, resolve: (row) => row }) }) });
  const setEtlContainerName = builder
    .objectRef<Integration>('SetEtlContainerName')
    .implement({ fields: (t) => ({ etlContainer: t.field({ type: etlContainer, resolve: (row) => row }) }) });
  const setIntegrationName = builder
    .objectRef<Integration>('SetIntegrationName')
    .implement({ fields: (t) => ({ integration: t.field({ type: updated, nullable: false, resolve: (row) => row }) }) });
  const deleted = builder
    .objectRef<true>('DeleteIntegrationMutation')
    .implement({ fields: (t) => ({ success: t.boolean({ resolve: () => true }) }) });
  const updatePlatformService = builder
    .objectRef<true>('UpdatePlatformService')
    .implement({ fields: (t) => ({ ok: t.boolean({ resolve: () => true }) }) });

  builder.mutationFields((t) => ({
    setWarehouseName: t.field({
      type: setWarehouseName,
      args: { dwId: t.arg({ type: 'UUID', required: true }), name: t.arg.string({ required: true }) },
      resolve: (_, { dwId, name }, { services, actor }) =>
        renameIntegration(services, actor, { id: dwId, name, categories: WAREHOUSE_CATEGORIES }),
    }),
    updateBiConnectionName: t.field({
      type: updateBiConnectionName,
      args: { name: t.arg.string({ required: true }), resourceId: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { name, resourceId }, { services, actor }) =>
        renameIntegration(services, actor, { id: resourceId, name, categories: BI_CATEGORIES }),
    }),
    setEtlContainerName: t.field({
      type: setEtlContainerName,
      args: { etlContainerId: t.arg({ type: 'UUID', required: true }), name: t.arg.string({ required: true }) },
      resolve: (_, { etlContainerId, name }, { services, actor }) =>
        renameIntegration(services, actor, { id: etlContainerId, name, categories: ETL_CATEGORIES }),
    }),
    setIntegrationName: t.field({
      type: setIntegrationName,
      description: `integrationType is one of ${INTEGRATION_CATEGORIES.join(', ')}.`,
      args: {
        integrationId: t.arg({ type: 'UUID', required: true }),
        integrationType: t.arg.string({ required: true }),
        name: t.arg.string({ required: true }),
      },
      resolve: (_, { integrationId, integrationType, name }, { services, actor }) =>
        renameIntegration(services, actor, { id: integrationId, name, categories: [readCategory(integrationType)] }),
    }),
    deleteIntegration: t.field({
      type: deleted,
      args: { integrationId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { integrationId }, { services, actor }) => {
        await deleteIntegration(services, actor, integrationId);
        return true as const;
      },
    }),
    updatePlatformService: t.field({
      type: updatePlatformService,
      args: { name: t.arg.string(), serviceUuid: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { name, serviceUuid }, { services, actor }) => {
        if (name == null) throw badRequest('name', 'name is required: nothing else of a service can be changed here.');
        await renameSite(services, actor, serviceUuid, name);
        return true as const;
      },
    }),
  }));
}

function readCategory(given: string): Integration['category'] {
  const category = INTEGRATION_CATEGORIES.find((one) => one === given.trim().toUpperCase());
  if (category === undefined) throw badRequest('integrationType', `integrationType is one of ${INTEGRATION_CATEGORIES.join(', ')}.`);
  return category;
}
