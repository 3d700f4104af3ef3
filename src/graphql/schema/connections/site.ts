import { BI_CATEGORIES, ETL_CATEGORIES, WAREHOUSE_CATEGORIES } from '../../../domain/integration/integration-category.ts';
import type { Builder } from '../builder.ts';
import type { Refs } from '../refs.ts';

const PLATFORMS = ['AWS', 'AZURE', 'GCP', 'SNOWFLAKE', 'AWS_GENERIC', 'AWS_PROXIED', 'GCP_PROXIED', 'GENERIC'];
const AUTH_TYPES =
  'GCP_JSON_SERVICE_ACCOUNT_KEY GCP_WORKLOAD_IDENTITY_FEDERATION AWS_VPCE AWS_ASSUMABLE_ROLE AZURE_STORAGE_ACCOUNT_KEYS AZURE_FUNCTION_APP_KEY AZURE_FUNCTION_SERVICE_PRINCIPAL AZURE_STORAGE_SERVICE_PRINCIPAL AWS_IAM_AUTH MCD_SHA512 OAUTH2_CLIENT_CREDENTIALS OAUTH2_PASSWORD CUSTOM_AUTH_HEADERS'.split(
    ' ',
  );

/** A site as the lead API's data collector, with the integrations that are dialled from it. */
export function addSites(builder: Builder, { site, warehouse, biContainer, etlContainer }: Refs): void {
  const deploymentType = builder.enumType('DataCollectorModelDeploymentTypeEnum', {
    values: ['CLOUD_V1', 'CLOUD_V2', 'REMOTE_V1', 'REMOTE_V1_5', 'REMOTE_V2'] as const,
  });
  const agent = addAgent(builder, { site });
  site.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      active: t.boolean({ resolve: () => true }),
      deploymentType: t.field({
        type: deploymentType,
        resolve: (row) => (row.deployment === 'gateway' ? ('CLOUD_V2' as const) : ('REMOTE_V2' as const)),
      }),
      lastUpdated: t.field({ type: 'DateTime', resolve: (row) => row.updatedAt }),
      isCustom: t.boolean({ nullable: false, resolve: () => false }),
      releaseChannel: t.string({ nullable: false, resolve: () => 'stable' }),
      ...Object.fromEntries(
        [
          'stackArn',
          'customerAwsAccountId',
          'customerAwsRegion',
          'templateProvider',
          'templateVariant',
          'templateVersion',
          'codeVersion',
        ].map((name) => [name, t.string({ resolve: () => null })]),
      ),
      warehouses: t.field({
        type: [warehouse],
        nullable: false,
        resolve: (row, _, { loaders }) => loaders.readableIntegrations({ siteId: row.id, categories: WAREHOUSE_CATEGORIES }),
      }),
      biContainer: t.field({
        type: [biContainer],
        nullable: false,
        resolve: (row, _, { loaders }) => loaders.readableIntegrations({ siteId: row.id, categories: BI_CATEGORIES }),
      }),
      etlContainer: t.field({
        type: [etlContainer],
        nullable: false,
        resolve: (row, _, { loaders }) => loaders.readableIntegrations({ siteId: row.id, categories: ETL_CATEGORIES }),
      }),
      agents: t.field({ type: [agent], nullable: false, description: 'Its workers; none are served yet.', resolve: () => [] }),
    }),
  });
}

/** A worker of a site. Part of the contract; there is none until workers are served. */
function addAgent(builder: Builder, { site }: Pick<Refs, 'site'>) {
  const agentType = builder.enumType('AgentModelAgentType', { values: ['DATA_STORE_AGENT', 'REMOTE_AGENT'] });
  const platform = builder.enumType('AgentModelPlatform', { values: PLATFORMS });
  const authType = builder.enumType('AgentModelAuthType', { values: AUTH_TYPES });
  const wrapperType = builder.enumType('AgentModelWrapperType', {
    values: ['CLOUDFORMATION', 'TERRAFORM', 'SNA_CONTAINER', 'KUBERNETES', 'GENERIC'],
  });
  const storageType = builder.enumType('AgentModelStorageType', {
    values: ['AZURE_BLOB', 'GCS', 'S3', 'SNOWFLAKE_INTERNAL_STAGE', 'S3_COMPATIBLE'],
  });
  return builder.objectRef<never>('Agent').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: none }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: none }),
      name: t.string({ resolve: none }),
      dataCollector: t.field({ type: site, nullable: false, resolve: none }),
      platform: t.field({ type: platform, resolve: none }),
      agentType: t.field({ type: agentType, nullable: false, resolve: none }),
      wrapperType: t.field({ type: wrapperType, resolve: none }),
      authType: t.field({ type: authType, nullable: false, resolve: none }),
      storageType: t.field({ type: storageType, nullable: false, resolve: none }),
      endpoint: t.string({ nullable: false, resolve: none }),
      credentialsS3Key: t.string({ nullable: false, resolve: none }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: none }),
      lastUpdatedTime: t.field({ type: 'DateTime', resolve: none }),
      ...Object.fromEntries(['wrapperVersion', 'imageBuild', 'imageVersion'].map((name) => [name, t.string({ resolve: none })])),
      ...Object.fromEntries(
        ['isRemoteUpgradeable', 'isDeleted', 'enabled'].map((name) => [name, t.boolean({ nullable: false, resolve: none })]),
      ),
    }),
  });
}

/** The resolver of a field of an object that never exists here. */
export function none(row: never): never {
  return row;
}
