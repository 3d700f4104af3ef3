import {
  COMMIT_POLICIES,
  type Connection,
  IN_FLIGHT_POLICIES,
  INTEGRATION_CATEGORIES,
  type Integration,
  type ParityPolicy,
  VERSION_LABELS,
  type Version,
} from '../../../domain/connection/connection.ts';
import { type Identifier, identifiersOf } from '../../../domain/connection/details.ts';
import { displayName } from '../../../domain/connection/names.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import { listConnections } from '../../../operations/connections/list-connections.ts';
import { readConnection } from '../../../operations/connections/read-connection.ts';
import type { Services } from '../../../operations/services.ts';
import { CONNECTION_SUBTYPES, connectionTypes, reportedSubtype, reportedType } from '../../lead/lead-names.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { MAX_PAGE, type PageTypes, pageOf, readPage } from '../page.ts';
import type { Refs } from '../refs.ts';
import { none } from './site.ts';
import { MOST_VERSIONS, versionsOf } from './versions-of.ts';

export type ConnectionTypes = ReturnType<typeof createConnectionTypes>;

/** Connections and their versions: the lead API's objects, with our own fields behind theirs. */
export function createConnectionTypes(builder: Builder, refs: Refs, services: Pick<Services, 'connectors'>) {
  const types = connectionTypes(services.connectors.all());
  const integrationType = builder.enumType('IntegrationType', { values: INTEGRATION_CATEGORIES });
  const connectionTypeEnum = builder.enumType('ConnectionTypeEnum', { values: types });
  const modelType = builder.enumType('ConnectionModelType', { values: types });
  const subtypeEnum = builder.enumType('ConnectionSubtypeEnum', { values: CONNECTION_SUBTYPES });
  const inFlight = builder.enumType('InFlightPolicy', {
    values: IN_FLIGHT_POLICIES,
    description:
      'What live leases mean for a commit: OVERLAP keeps the old version valid for them, REFUSE refuses while there are any, WAIT carries it out when they have ended.',
  });
  const commitPolicy = builder.enumType('CommitPolicy', {
    values: COMMIT_POLICIES,
    description: 'Whether a commit needs proof against the real system.',
  });
  const parity = builder.enumType('ParityPolicy', {
    values: {
      REQUIRED: { description: 'It is refused, unless the caller accepts the losses.' },
      WARN: { description: 'It is saved, and the losses are audited.' },
      OFF: { description: 'Nothing is compared.' },
    } satisfies Record<ParityPolicy, { description: string }>,
    description: 'What becomes of a commit whose login may do less than the one in use.',
  });
  const versionLabel = builder.enumType('VersionLabel', { values: VERSION_LABELS });

  const identifier = builder.objectRef<Identifier>('ConnectionIdentifier').implement({
    fields: (t) => ({ key: t.exposeString('key'), name: t.exposeString('name'), value: t.exposeString('value') }),
  });
  const version = builder.objectRef<Version>('ConnectionVersion').implement({
    description: 'An immutable, numbered set of settings and sealed credentials. Its label moves, its content never does.',
    fields: (t) => ({
      version: t.exposeInt('version', { nullable: false }),
      label: t.field({ type: versionLabel, nullable: false, resolve: (row) => row.label }),
      kind: t.exposeString('kind', { nullable: false }),
      settings: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'Public settings; never a secret.',
        resolve: (row) => row.settings,
      }),
      reference: t.field({
        type: 'GenericScalar',
        description: 'Provider, path and key of credentials that stay in an outside manager; null where they are sealed here.',
        resolve: (row) => row.reference,
      }),
      validUntil: t.field({
        type: 'DateTime',
        description: 'Set when it became PREVIOUS: it stays valid until then, and for as long as a lease holds it.',
        resolve: (row) => row.validUntil,
      }),
      origin: t.exposeString('origin', { nullable: false, description: 'change or roll-back.' }),
      restoredFrom: t.exposeInt('restoredFrom', { description: 'The version whose content a roll-back restored.' }),
      proven: t.exposeBoolean('proven', { nullable: false, description: 'False when it was committed without proof.' }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
      retiredAt: t.field({ type: 'DateTime', resolve: (row) => row.retiredAt }),
      destroyedAt: t.field({
        type: 'DateTime',
        description: 'When its ciphertext was destroyed: it can no longer be rolled back to.',
        resolve: (row) => row.destroyedAt,
      }),
    }),
  });
  const policy = builder.objectRef<Connection>('ConnectionPolicy').implement({
    fields: (t) => ({
      inFlight: t.field({ type: inFlight, nullable: false, resolve: (row) => row.inFlight }),
      commitPolicy: t.field({ type: commitPolicy, nullable: false, resolve: (row) => row.commitPolicy }),
      parity: t.field({ type: parity, nullable: false, resolve: (row) => row.parity }),
      overlapSeconds: t.int({
        nullable: false,
        description: 'How long a replaced version stays valid at least.',
        resolve: (row) => row.overlapMs / 1000,
      }),
    }),
  });

  const { account, connection, user, warehouse, biContainer, etlContainer } = refs;
  const { jobError, terminology, streamingCluster, allowList } = createUnservedTypes(builder, refs);
  const current = async (row: Connection, { loaders, services: { connectors } }: Context) => {
    const found = await loaders.currentVersion.load(row.id);
    if (found === null) throw notFound('version');
    // Null when the package of its kind is not loaded: what is stored is listed all the same.
    return { version: found, connector: connectors.find(found.kind) };
  };
  const integrationOf = async (row: Connection, { loaders }: Context) => {
    const found = await loaders.integration.load(row.integrationId);
    if (found === null) throw notFound('integration');
    return found;
  };

  const inCategory = (categories: readonly Integration['category'][]) => async (row: Connection, _: unknown, context: Context) => {
    const found = await integrationOf(row, context);
    return categories.includes(found.category) ? found : null;
  };

  connection.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.string({ resolve: async (row, _, context) => displayName(row, await integrationOf(row, context)) }),
      type: t.field({
        type: modelType,
        nullable: false,
        resolve: async (row, _, context) => {
          const { connector } = await current(row, context);
          return connector === null ? 'CUSTOM_CONNECTOR' : reportedType(connector);
        },
      }),
      subtype: t.string({
        resolve: async (row, _, context) => {
          const { connector } = await current(row, context);
          return connector === null ? null : reportedSubtype(connector);
        },
      }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdOn: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.updatedAt }),
      updatedOn: t.field({ type: 'DateTime', resolve: (row) => row.updatedAt }),
      deletedAt: t.field({ type: 'DateTime', resolve: (row) => row.deletedAt }),
      deletionProtection: t.exposeBoolean('deletionProtection', { nullable: false }),
      isActive: t.exposeBoolean('isActive', { nullable: false }),
      disabledOn: t.field({ type: 'DateTime', resolve: (row) => row.disabledAt }),
      jobTypes: t.stringList({ nullable: false, resolve: (row) => [...row.jobTypes] }),
      createdBy: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.createdBy) }),
      lastUpdateUser: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.updatedBy) }),
      account: t.field({ type: account, resolve: (_row, _, { loaders }) => loaders.project() }),
      warehouse: t.field({ type: warehouse, resolve: inCategory(['WAREHOUSE', 'OTHER', 'DBT']) }),
      biContainer: t.field({ type: biContainer, resolve: inCategory(['BI']) }),
      etlContainer: t.field({ type: etlContainer, resolve: inCategory(['ETL']) }),
      streamingCluster: t.field({ type: streamingCluster, resolve: () => null }),
      identifiers: t.field({
        type: 'JSONString',
        resolve: async (row, _, context) => Object.fromEntries((await identifiers(row, context)).map(({ key, value }) => [key, value])),
      }),
      connectionIdentifier: t.field({ type: identifier, resolve: async (row, _, context) => (await identifiers(row, context))[0] ?? null }),
      connectionIdentifiers: t.field({
        type: [identifier],
        nullable: { list: true, items: true },
        resolve: async (row, _, context) => [...(await identifiers(row, context))],
      }),
      resolvedConnectionType: t.string({ resolve: async (row, _, context) => (await current(row, context)).version.kind }),
      connectionTypeDisplayName: t.string({ resolve: async (row, _, context) => (await current(row, context)).connector?.title ?? null }),
      integrationType: t.field({ type: integrationType, resolve: async (row, _, context) => (await integrationOf(row, context)).category }),
      data: t.field({ type: 'JSONString', resolve: () => null }),
      credentialsS3Key: t.string({ resolve: () => null }),
      integrationGatewayCredentialsKey: t.string({ resolve: () => null }),
      ctpConfig: t.field({ type: 'JSONString', resolve: () => null }),
      iconUrl: t.string({ resolve: () => null }),
      sqlJobTimeoutMaximum: t.int({ resolve: () => null }),
      terminology: t.field({ type: terminology, resolve: () => null }),
      jobErrors: t.field({ type: [jobError], nullable: { list: true, items: true }, resolve: () => [] }),
      allowedDbtCloudEnvironments: t.stringList({ resolve: () => null }),
      dbtCloudConnectionAllowList: t.field({ type: allowList, resolve: () => null }),
      kind: t.string({
        nullable: false,
        description: 'Our own name of the kind, lower-kebab.',
        resolve: async (row, _, context) => (await current(row, context)).version.kind,
      }),
      settings: t.field({
        type: 'GenericScalar',
        description: 'Public settings of the version in use; never a secret.',
        resolve: async (row, _, context) => (await current(row, context)).version.settings,
      }),
      labels: t.field({ type: 'GenericScalar', nullable: false, resolve: (row) => row.labels }),
      integrationId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.integrationId }),
      policy: t.field({ type: policy, nullable: false, resolve: (row) => row }),
      currentVersion: t.field({
        type: version,
        nullable: false,
        resolve: async (row, _, context) => (await current(row, context)).version,
      }),
      versions: t.field({
        type: [version],
        nullable: false,
        description: `Newest first. All of them where there are at most ${MOST_VERSIONS}; with \`first\`, up to ${MAX_PAGE}, those below the version \`before\`.`,
        args: { first: t.arg.int(), before: t.arg.int() },
        resolve: (row, args, context) => versionsOf(row, args, context),
      }),
    }),
  });

  async function identifiers(row: Connection, context: Context): Promise<readonly Identifier[]> {
    const { version: found, connector } = await current(row, context);
    return connector === null ? [] : identifiersOf(connector, found.settings);
  }

  return { connection, version, warehouse, integrationType, connectionTypeEnum, subtypeEnum, inFlight, commitPolicy, parity };
}

/** Objects of the contract that no connection has yet. */
function createUnservedTypes(builder: Builder, { connection, user }: Refs) {
  const jobError = builder.objectRef<never>('JobError').implement({
    fields: (t) => ({
      ...Object.fromEntries(['message', 'jobType', 'stackName'].map((name) => [name, t.string({ resolve: none })])),
      ...Object.fromEntries(
        ['jobExecutionUuid', 'dcScheduleUuid', 'dataCollectorUuid'].map((name) => [name, t.field({ type: 'UUID', resolve: none })]),
      ),
      timestamp: t.field({ type: 'DateTime', resolve: none }),
      resultCount: t.int({ resolve: none }),
    }),
  });
  const terminology = builder.objectRef<never>('Terminology').implement({
    fields: (t) => ({
      job: t.string({ nullable: false, resolve: none }),
      task: t.string({ resolve: none }),
      group: t.string({ resolve: none }),
    }),
  });
  const allowList = builder.objectRef<never>('DbtCloudConnectionAllowList').implement({
    fields: (t) => ({ fields: t.stringList({ nullable: false, resolve: none }), values: t.stringList({ nullable: false, resolve: none }) }),
  });
  const clusterType = builder.enumType('StreamingClusterModelClusterType', {
    values: [
      'CONFLUENT_KAFKA',
      'CONFLUENT_KAFKA_CONNECT',
      'MSK_KAFKA',
      'MSK_KAFKA_CONNECT',
      'SELF_HOSTED_KAFKA',
      'SELF_HOSTED_KAFKA_CONNECT',
    ],
  });
  const streamingCluster = builder.objectRef<never>('StreamingCluster').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: none }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: none }),
      externalClusterId: t.string({ nullable: false, resolve: none }),
      name: t.string({ nullable: false, resolve: none }),
      clusterType: t.field({ type: clusterType, nullable: false, resolve: none }),
      streamingSystemUuid: t.field({ type: 'UUID', nullable: false, resolve: none }),
      createdTime: t.field({ type: 'DateTime', nullable: false, resolve: none }),
      updatedTime: t.field({ type: 'DateTime', nullable: false, resolve: none }),
      deletedAt: t.field({ type: 'DateTime', resolve: none }),
      createdBy: t.field({ type: user, resolve: none }),
      lastUpdateUser: t.field({ type: user, resolve: none }),
      connections: t.field({ type: [connection], nullable: false, resolve: none }),
    }),
  });
  return { jobError, terminology, allowList, streamingCluster };
}

export function addConnectionQueries(builder: Builder, { connection }: ConnectionTypes, pages: PageTypes): void {
  const filter = builder.inputType('ConnectionFilter', {
    fields: (t) => ({
      kinds: t.stringList(),
      integrationId: t.field({ type: 'UUID' }),
      active: t.boolean(),
      ids: t.field({ type: ['UUID'] }),
    }),
  });
  const connectionPage = pageOf<Connection>(builder, pages, 'Connection', connection);
  builder.queryFields((t) => ({
    connections: t.field({
      extensions: LISTS,
      type: connectionPage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { first: t.arg.int(), after: t.arg.string(), filter: t.arg({ type: filter }) },
      resolve: (_, { first, after, filter: given }, { services, actor }) => {
        const asked = {
          ...(given?.kinds == null ? {} : { kinds: given.kinds }),
          ...(given?.integrationId == null ? {} : { integrationId: given.integrationId }),
          ...(given?.active == null ? {} : { active: given.active }),
          ...(given?.ids == null ? {} : { ids: given.ids }),
        };
        return readPage(
          { first, after },
          (row) => ({ at: row.createdAt, id: row.id }),
          (page) => listConnections(services, actor, asked, page),
        );
      },
    }),
    connection: t.field({
      type: connection,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => readConnection(services, actor, id),
    }),
  }));
}
