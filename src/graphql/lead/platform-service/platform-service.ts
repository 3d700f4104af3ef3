import type { Site } from '../../../domain/connection/connection.ts';
import { faultOf, madeOfEach } from '../../../domain/errors/altered-row.ts';
import { type AskedSupport, type Support, supportOf } from '../../../domain/site/site-support.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import { asksFor } from '../../schema/asks-for.ts';
import type { Builder } from '../../schema/builder.ts';
import type { ConnectionTypes } from '../../schema/connections/connection.ts';
import { reportedType } from '../lead-names.ts';
import { createPlatformServiceAgent } from './platform-service-agent.ts';
import { createPlatformServiceConnection, listedBySite, type PlatformServiceConnection } from './platform-service-connection.ts';
import { createSupportStatus } from './support-status.ts';

interface PlatformService {
  readonly site: Site;
  readonly uuid: string;
  readonly name: string;
  readonly connections: PlatformServiceConnection[];
  /** Null when it was not asked. */
  readonly support: Support | null;
}

/** The lead API's `getPlatformServices`: sites, each with its connections. */
export function addPlatformServices(builder: Builder, { connectionTypeEnum, subtypeEnum, integrationType }: ConnectionTypes): void {
  const deploymentType = builder.enumType('DataCollectorDeploymentTypeExtendedEnum', {
    values: ['CLOUD_V1', 'CLOUD_V2_P', 'CLOUD_V2_M', 'REMOTE_V1', 'REMOTE_V1_5', 'REMOTE_V2_IA', 'REMOTE_V2_EA'],
  });
  const agentType = builder.enumType('AgentTypeEnum', { values: ['DATA_STORE_AGENT', 'REMOTE_AGENT'] as const });
  const platformType = builder.enumType('PlatformTypeEnum', {
    values: ['AWS', 'AZURE', 'GCP', 'SNOWFLAKE', 'AWS_GENERIC', 'AWS_PROXIED', 'GCP_PROXIED', 'GENERIC'],
  });
  const encryption = builder.enumType('StorageEncryptionType', { values: ['MONTE_CARLO_KMS', 'AMAZON_S3_SSE'] });

  const connection = createPlatformServiceConnection(builder, { connectionTypeEnum, subtypeEnum, integrationType });
  const agent = createPlatformServiceAgent(builder, { agentType, platformType });
  const supportStatus = createSupportStatus(builder);
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
        const identifiers = asksFor(info, ['connections', 'identifiers']);
        const [rows, sites] = await Promise.all([loaders.listing({ identifiers }), loaders.sites()]);
        const { connectionTypes, connectionUuids, supportsConnectionType } = args;
        const asked: AskedSupport = {
          agentType: args.supportsAgentType ?? null,
          agentPlatform: args.supportsAgentPlatform ?? null,
          isKnownType:
            supportsConnectionType == null
              ? null
              : services.connectors.all().some((connector) => reportedType(connector) === supportsConnectionType),
        };
        // A filter on connections leaves out the sites that have none of them.
        const filtered = connectionTypes != null || connectionUuids != null;
        const listed = listedBySite(services.connectors, rows, ({ uuid, connectionType }) => {
          return (
            (connectionTypes == null || connectionTypes.includes(connectionType)) &&
            (connectionUuids == null || connectionUuids.includes(uuid))
          );
        });
        const wanted = sites.filter(
          (site) =>
            (args.serviceUuid == null || site.id === args.serviceUuid) &&
            (args.deploymentType == null || faultOf(site) !== null || deploymentOf(site) === args.deploymentType) &&
            args.agentUuid == null &&
            (!filtered || listed.has(site.id)),
        );
        return [
          ...madeOfEach(wanted, (site) => ({
            site,
            uuid: site.id,
            name: site.name,
            connections: listed.get(site.id) ?? [],
            support: supportOf(site, asked),
          })),
        ];
      },
    }),
  }));
}

function deploymentOf(site: Site): 'CLOUD_V2_P' | 'REMOTE_V2_IA' {
  return site.deployment === 'gateway' ? 'CLOUD_V2_P' : 'REMOTE_V2_IA';
}
