import type { Site } from '../../../domain/connection/connection.ts';
import type { ListedConnection } from '../../../domain/connection/connection-store.ts';
import { identifiersOf } from '../../../domain/connection/details.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import type { Services } from '../../../operations/services.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import { asksFor } from '../../schema/asks-for.ts';
import type { Builder } from '../../schema/builder.ts';
import type { ConnectionTypes } from '../../schema/connections/connection.ts';
import { reportedSubtype, reportedType } from '../lead-names.ts';

interface PlatformService {
  readonly site: Site;
  readonly uuid: string;
  readonly name: string;
  readonly connections: PlatformServiceConnection[];
  /** Null when it was not asked. */
  readonly support: Support | null;
}

interface Support {
  readonly code: 'SUPPORTED' | 'REMOTE_AGENT_NOT_SUPPORTED' | 'DATA_STORE_NOT_SUPPORTED' | 'NEW_CONNECTIONS_NOT_SUPPORTED';
  readonly reason: string | null;
}

/** What connections of a kind are shown as; null where no connector of this gateway defines it. */
class ShownKind {
  readonly connector: Connector | null;
  readonly connectionType: string | null;
  readonly subtype: string | null;
  readonly title: string | null;

  constructor(connector: Connector | null) {
    this.connector = connector;
    this.connectionType = connector === null ? null : reportedType(connector);
    this.subtype = connector === null ? null : reportedSubtype(connector);
    this.title = connector?.title ?? null;
  }
}

/** A list may hold thousands: this costs little for each, and members under the names of their fields need no call of a resolver. */
class PlatformServiceConnection {
  readonly row: ListedConnection;
  readonly kind: ShownKind;

  constructor(row: ListedConnection, kind: ShownKind) {
    this.row = row;
    this.kind = kind;
  }

  get uuid(): string {
    return this.row.id;
  }
  get resourceUuid(): string {
    return this.row.integrationId;
  }
  get name(): string {
    return this.row.name ?? this.row.integrationName;
  }
  get connectionType(): string | null {
    return this.kind.connectionType;
  }
  get subtype(): string | null {
    return this.kind.subtype;
  }
  get createdOn(): number {
    return this.row.createdAt;
  }
  get integrationType(): ListedConnection['integrationCategory'] {
    return this.row.integrationCategory;
  }
  get connectionTypeDisplayName(): string | null {
    return this.kind.title;
  }
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

  const connection = builder.objectRef<PlatformServiceConnection>('PlatformServiceConnection').implement({
    fields: (t) => ({
      uuid: t.expose('uuid', { type: 'UUID' }),
      resourceUuid: t.expose('resourceUuid', { type: 'UUID' }),
      name: t.exposeString('name'),
      connectionType: t.expose('connectionType', { type: connectionTypeEnum }),
      subtype: t.expose('subtype', { type: subtypeEnum }),
      createdOn: t.expose('createdOn', { type: 'DateTime' }),
      identifiers: t.field({
        type: 'GenericScalar',
        resolve: ({ kind: { connector }, row: { settings } }) => {
          if (connector === null) return null;
          if (settings === undefined) throw new Error('the settings were not read');
          return Object.fromEntries(identifiersOf(connector, settings()).map(({ key, value }) => [key, value]));
        },
      }),
      integrationType: t.expose('integrationType', { type: integrationType }),
      connectionTypeDisplayName: t.exposeString('connectionTypeDisplayName'),
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
  const supportStatus = builder.objectRef<Support>('PlatformServiceSupportStatus').implement({
    fields: (t) => ({
      code: t.field({ type: supportCode, resolve: (row) => row.code }),
      details: t.field({ type: 'GenericScalar', resolve: ({ reason }) => (reason === null ? null : { reason }) }),
    }),
  });
  const service = builder.objectRef<PlatformService>('PlatformServiceObject').implement({
    fields: (t) => ({
      uuid: t.expose('uuid', { type: 'UUID' }),
      name: t.exposeString('name'),
      deployment: t.field({ type: deployment, resolve: ({ site }) => site }),
      connections: t.expose('connections', { type: [connection], nullable: { list: true, items: true } }),
      supportStatus: t.field({ type: supportStatus, resolve: ({ support }) => support }),
    }),
  });

  builder.queryFields((t) => ({
    getPlatformServices: t.field({
      extensions: LISTS,
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
      resolve: async (_, args, { services, loaders }, info) => {
        const settings = asksFor(info, ['connections', 'identifiers']);
        const [rows, sites] = await Promise.all([loaders.listing({ settings }), loaders.sites()]);
        const { connectionTypes, connectionUuids } = args;
        // A filter on connections leaves out the sites that have none of them.
        const filtered = connectionTypes != null || connectionUuids != null;
        const listed = listConnections(services.connectors, rows, ({ uuid, connectionType }) => {
          return (
            (connectionTypes == null || connectionTypes.includes(connectionType)) &&
            (connectionUuids == null || connectionUuids.includes(uuid))
          );
        });
        return sites
          .filter(
            (site) =>
              (args.serviceUuid == null || site.id === args.serviceUuid) &&
              (args.deploymentType == null || deploymentOf(site) === args.deploymentType) &&
              args.agentUuid == null,
          )
          .map((site) => ({
            site,
            uuid: site.id,
            name: site.name,
            connections: listed.get(site.id) ?? [],
            support: supportOf(services.connectors, args),
          }))
          .filter(({ connections }) => !filtered || connections.length > 0);
      },
    }),
  }));
}

/** The wanted connections by site. */
function listConnections(
  connectors: Services['connectors'],
  rows: readonly ListedConnection[],
  wanted: (connection: PlatformServiceConnection) => boolean,
): ReadonlyMap<string, PlatformServiceConnection[]> {
  const bySite = new Map<string, PlatformServiceConnection[]>();
  const kinds = new Map<string, ShownKind>();
  for (const row of rows) {
    let kind = kinds.get(row.kind);
    if (kind === undefined) {
      kind = new ShownKind(connectors.find(row.kind));
      kinds.set(row.kind, kind);
    }
    const connection = new PlatformServiceConnection(row, kind);
    if (!wanted(connection)) continue;
    const site = bySite.get(row.siteId);
    if (site === undefined) bySite.set(row.siteId, [connection]);
    else site.push(connection);
  }
  return bySite;
}

interface SupportArgs {
  readonly supportsConnectionType?: string | null | undefined;
  readonly supportsAgentType?: string | null | undefined;
  readonly supportsAgentPlatform?: string | null | undefined;
}

/** Whether a site could take such a connection or worker, or why not. */
function supportOf(connectors: Services['connectors'], asked: SupportArgs): Support | null {
  if (asked.supportsAgentType === 'DATA_STORE_AGENT')
    return { code: 'DATA_STORE_NOT_SUPPORTED', reason: 'Credentials are kept in the store of the gateway.' };
  if (asked.supportsAgentType != null || asked.supportsAgentPlatform != null)
    return { code: 'REMOTE_AGENT_NOT_SUPPORTED', reason: 'Connections are dialled from the gateway itself.' };
  if (asked.supportsConnectionType == null) return null;
  return connectors.all().some((connector) => reportedType(connector) === asked.supportsConnectionType)
    ? { code: 'SUPPORTED', reason: null }
    : { code: 'NEW_CONNECTIONS_NOT_SUPPORTED', reason: 'No connector of this gateway makes connections of that type.' };
}

function deploymentOf(site: Site): 'CLOUD_V2_P' | 'REMOTE_V2_IA' {
  return site.deployment === 'gateway' ? 'CLOUD_V2_P' : 'REMOTE_V2_IA';
}
