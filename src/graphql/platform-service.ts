import { requirePermission } from '../domain/actor.ts';
import type { Site } from '../domain/connection.ts';
import { identifiersOf } from '../domain/details.ts';
import { DomainError } from '../domain/errors.ts';
import type { ListedConnection } from '../domain/store.ts';
import { scopeOf } from '../operations/services.ts';
import type { Builder } from './builder.ts';
import type { ConnectionTypes } from './connection.ts';
import type { Context } from './context.ts';
import { reportedSubtype, reportedType } from './lead-names.ts';

/** A list of the lead API has no pages; it ends here. */
const MOST = 50_000;

interface PlatformService {
  readonly site: Site;
  readonly connections: readonly ListedConnection[];
  readonly supportAsked: boolean;
}

/** The lead API's `getPlatformServices`: sites, each with its connections. */
export function addPlatformServices(builder: Builder, { connectionTypeEnum, subtypeEnum, integrationType }: ConnectionTypes): void {
  const deploymentType = builder.enumType('DataCollectorDeploymentTypeExtendedEnum', {
    values: ['CLOUD_V1', 'CLOUD_V2_P', 'CLOUD_V2_M', 'REMOTE_V1', 'REMOTE_V1_5', 'REMOTE_V2_IA', 'REMOTE_V2_EA'],
  });
  const agentType = builder.enumType('AgentTypeEnum', { values: ['DATA_STORE_AGENT', 'REMOTE_AGENT'] });
  const platformType = builder.enumType('PlatformTypeEnum', {
    values: ['AWS', 'AZURE', 'GCP', 'SNOWFLAKE', 'AWS_GENERIC', 'AWS_PROXIED', 'GCP_PROXIED', 'GENERIC'],
  });
  const supportCode = builder.enumType('PlatformServiceSupportCode', {
    values: ['SUPPORTED', 'UPDATE_REQUIRED', 'REMOTE_AGENT_NOT_SUPPORTED', 'DATA_STORE_NOT_SUPPORTED', 'NEW_CONNECTIONS_NOT_SUPPORTED'],
  });
  const healthStatus = builder.enumType('PlatformServiceAgentHealthStatus', { values: ['HEALTHY', 'STALLED', 'DISCONNECTED', 'UNKNOWN'] });
  const encryption = builder.enumType('StorageEncryptionType', { values: ['MONTE_CARLO_KMS', 'AMAZON_S3_SSE'] });

  const connectorFor = (row: ListedConnection, { services }: Context) => services.connectors.find(row.kind);
  const connection = builder.objectRef<ListedConnection>('PlatformServiceConnection').implement({
    fields: (t) => ({
      uuid: t.field({ type: 'UUID', resolve: (row) => row.id }),
      resourceUuid: t.field({ type: 'UUID', resolve: (row) => row.integrationId }),
      name: t.string({ resolve: (row) => row.name ?? row.integrationName }),
      connectionType: t.field({
        type: connectionTypeEnum,
        resolve: (row, _, context) => ifFound(connectorFor(row, context), reportedType),
      }),
      subtype: t.field({ type: subtypeEnum, resolve: (row, _, context) => ifFound(connectorFor(row, context), reportedSubtype) }),
      createdOn: t.field({ type: 'DateTime', resolve: (row) => row.createdAt }),
      identifiers: t.field({
        type: 'GenericScalar',
        resolve: (row, _, context) =>
          ifFound(connectorFor(row, context), (connector) =>
            Object.fromEntries(identifiersOf(connector, row.settings).map(({ key, value }) => [key, value])),
          ),
      }),
      integrationType: t.field({ type: integrationType, resolve: (row) => row.integrationCategory }),
      connectionTypeDisplayName: t.string({ resolve: (row, _, context) => connectorFor(row, context)?.title ?? null }),
    }),
  });

  // Workers are not served yet: their objects are part of the contract, and null until one is connected.
  const health = builder.objectRef<never>('PlatformServiceAgentHealth').implement({
    fields: (t) => ({
      status: t.field({ type: healthStatus, nullable: false, resolve: () => 'UNKNOWN' as const }),
      ...Object.fromEntries(
        ['checkedOn', 'lastReachableOn', 'lastReachabilityCheckedOn', 'lastPollOn', 'lastHeartbeatOn', 'lastResultOn', 'lastTimeoutOn'].map(
          (name) => [name, t.field({ type: 'DateTime', resolve: () => null })],
        ),
      ),
      ...Object.fromEntries(
        ['pendingOperations', 'runningOperations', 'oldestPendingAgeSeconds', 'completedLastHour', 'timedOutLastHour', 'instanceCount'].map(
          (name) => [name, t.int({ resolve: () => null })],
        ),
      ),
      lastReachabilityError: t.string({ resolve: () => null }),
    }),
  });
  const agent = builder.objectRef<never>('PlatformServiceAgent').implement({
    fields: (t) => ({
      uuid: t.field({ type: 'UUID', resolve: () => null }),
      agentType: t.field({ type: agentType, resolve: () => null }),
      platform: t.field({ type: platformType, resolve: () => null }),
      ...Object.fromEntries(['endpoint', 'wrapper', 'version', 'wrapperVersion'].map((name) => [name, t.string({ resolve: () => null })])),
      createdOn: t.field({ type: 'DateTime', resolve: () => null }),
      lastUpdatedOn: t.field({ type: 'DateTime', resolve: () => null }),
      enabled: t.boolean({ resolve: () => null }),
      health: t.field({ type: health, resolve: () => null }),
    }),
  });
  const platform = builder.objectRef<Site>('PlatformServicePlatform').implement({
    fields: (t) => ({
      resources: t.stringList({ nullable: { list: true, items: true }, resolve: () => null }),
      ipAddresses: t.stringList({ nullable: { list: true, items: true }, resolve: () => null }),
      executionRoles: t.stringList({ nullable: { list: true, items: true }, resolve: () => null }),
      dataStoreEncryption: t.field({ type: encryption, resolve: () => null }),
      createdOn: t.field({ type: 'DateTime', resolve: (site) => site.createdAt }),
      lastUpdatedOn: t.field({ type: 'DateTime', resolve: (site) => site.updatedAt }),
      assignedOn: t.field({ type: 'DateTime', resolve: (site) => site.createdAt }),
      codeVersion: t.string({ resolve: () => null }),
      templateVersion: t.string({ resolve: () => null }),
    }),
  });
  const deployment = builder.objectRef<Site>('PlatformServiceDeployment').implement({
    fields: (t) => ({
      deploymentType: t.field({ type: deploymentType, resolve: (site) => deploymentOf(site) }),
      platform: t.field({ type: platform, resolve: (site) => site }),
      agent: t.field({ type: agent, resolve: () => null }),
    }),
  });
  const supportStatus = builder.objectRef<true>('PlatformServiceSupportStatus').implement({
    fields: (t) => ({
      code: t.field({ type: supportCode, resolve: () => 'SUPPORTED' as const }),
      details: t.field({ type: 'GenericScalar', resolve: () => null }),
    }),
  });
  const service = builder.objectRef<PlatformService>('PlatformServiceObject').implement({
    fields: (t) => ({
      uuid: t.field({ type: 'UUID', resolve: ({ site }) => site.id }),
      name: t.string({ resolve: ({ site }) => site.name }),
      deployment: t.field({ type: deployment, resolve: ({ site }) => site }),
      connections: t.field({ type: [connection], nullable: { list: true, items: true }, resolve: ({ connections }) => [...connections] }),
      supportStatus: t.field({ type: supportStatus, resolve: ({ supportAsked }) => (supportAsked ? true : null) }),
    }),
  });

  builder.queryFields((t) => ({
    getPlatformServices: t.field({
      type: [service],
      nullable: { list: true, items: true },
      args: {
        serviceUuid: t.arg({ type: 'UUID' }),
        agentUuid: t.arg({ type: 'UUID' }),
        deploymentType: t.arg({ type: deploymentType }),
        connectionTypes: t.arg({ type: [connectionTypeEnum], required: { list: false, items: false } }),
        connectionUuids: t.arg({ type: ['UUID'], required: { list: false, items: false } }),
        supportsConnectionType: t.arg({ type: connectionTypeEnum }),
        supportsAgentType: t.arg({ type: agentType }),
        supportsAgentPlatform: t.arg({ type: platformType }),
      },
      resolve: async (_, args, context) => {
        const { services, actor } = context;
        requirePermission(actor, 'read');
        const [sites, rows] = await Promise.all([
          services.store.read.sites.all(actor.projectId),
          services.store.read.connections.listing(scopeOf(actor), MOST + 1),
        ]);
        if (rows.length > MOST)
          throw new DomainError(
            'LIMIT_EXCEEDED',
            `More than ${MOST} connections. Filter by serviceUuid, connectionTypes or connectionUuids, or read \`connections\` page by page.`,
            { limit: MOST },
          );
        const typeOf = (row: ListedConnection) => ifFound(connectorFor(row, context), reportedType);
        const wanted = rows.filter(
          (row) =>
            (args.connectionTypes == null || args.connectionTypes.includes(typeOf(row))) &&
            (args.connectionUuids == null || args.connectionUuids.includes(row.id)),
        );
        // A filter on connections leaves out the sites that have none of them.
        const filtered = args.connectionTypes != null || args.connectionUuids != null;
        return sites
          .filter(
            (site) =>
              (args.serviceUuid == null || site.id === args.serviceUuid) &&
              (args.deploymentType == null || deploymentOf(site) === args.deploymentType) &&
              args.agentUuid == null,
          )
          .map((site) => ({
            site,
            connections: wanted.filter(({ siteId }) => siteId === site.id),
            supportAsked: args.supportsConnectionType != null || args.supportsAgentType != null || args.supportsAgentPlatform != null,
          }))
          .filter(({ connections }) => !filtered || connections.length > 0);
      },
    }),
  }));
}

function deploymentOf(site: Site): 'CLOUD_V2_P' | 'REMOTE_V2_IA' {
  return site.deployment === 'gateway' ? 'CLOUD_V2_P' : 'REMOTE_V2_IA';
}

function ifFound<T, R>(found: T | null, read: (found: T) => R): R | null {
  return found === null ? null : read(found);
}
