import { INTEGRATION_CATEGORIES } from '../../../domain/connection/connection.ts';
import type { DbtFilter } from '../../../domain/connection/dbt-filter.ts';
import type { Identifier } from '../../../domain/connection/details/details.ts';
import { displayName } from '../../../domain/connection/names.ts';
import {
  BI_CATEGORIES,
  ETL_CATEGORIES,
  STREAMING_CATEGORIES,
  WAREHOUSE_CATEGORIES,
} from '../../../domain/integration/integration-category.ts';
import type { Services } from '../../../operations/services.ts';
import { CONNECTION_SUBTYPES, connectionTypes, reportedSubtype, reportedType } from '../../lead/lead-names.ts';
import { createUnservedTypes } from '../../lead/unserved-types.ts';
import type { ReadAhead, RowFault } from '../../plugins/budget/budgeted-schema.ts';
import type { Builder } from '../builder.ts';
import { MAX_PAGE } from '../page.ts';
import type { Refs } from '../refs.ts';
import { createPolicyTypes } from './policy.ts';
import { fromCurrent, fromIdentifiers, fromIntegration, inCategory, readAhead, versionFault } from './related.ts';
import { createVersionType } from './version.ts';
import { MOST_VERSIONS, versionsOf } from './versions-of.ts';

export type ConnectionTypes = ReturnType<typeof createConnectionTypes>;

/** The lead API's connection, with our own fields behind theirs. */
export function createConnectionTypes(builder: Builder, refs: Refs, services: Pick<Services, 'connectors'>) {
  const types = connectionTypes(services.connectors.all());
  const integrationType = builder.enumType('IntegrationType', { values: INTEGRATION_CATEGORIES });
  const connectionTypeEnum = builder.enumType('ConnectionTypeEnum', { values: types });
  const modelType = builder.enumType('ConnectionModelType', { values: types });
  const subtypeEnum = builder.enumType('ConnectionSubtypeEnum', { values: CONNECTION_SUBTYPES });
  const version = createVersionType(builder);
  const { policy, ...policies } = createPolicyTypes(builder);
  const identifier = builder.objectRef<Identifier>('ConnectionIdentifier').implement({
    fields: (t) => ({ key: t.exposeString('key'), name: t.exposeString('name'), value: t.exposeString('value') }),
  });
  const { account, connection, user, warehouse, biContainer, etlContainer, streamingCluster } = refs;
  const { jobError, terminology } = createUnservedTypes(builder);
  const allowList = builder.objectRef<NonNullable<DbtFilter['allowList']>>('DbtCloudConnectionAllowList').implement({
    fields: (t) => ({
      fields: t.stringList({ nullable: false, resolve: ({ fields }) => [...fields] }),
      values: t.stringList({ nullable: false, resolve: ({ values }) => [...values] }),
    }),
  });

  connection.implement({
    extensions: { readAhead: readAhead satisfies ReadAhead, rowFault: versionFault satisfies RowFault },
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.string(fromIntegration((integration, row) => displayName(row, integration))),
      type: t.field({
        type: modelType,
        nullable: false,
        ...fromCurrent(({ connector }) => (connector === null ? 'CUSTOM_CONNECTOR' : reportedType(connector))),
      }),
      subtype: t.string(fromCurrent(({ connector }) => (connector === null ? null : reportedSubtype(connector)))),
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
      warehouse: t.field({ type: warehouse, ...inCategory(WAREHOUSE_CATEGORIES) }),
      biContainer: t.field({ type: biContainer, ...inCategory(BI_CATEGORIES) }),
      etlContainer: t.field({ type: etlContainer, ...inCategory(ETL_CATEGORIES) }),
      streamingCluster: t.field({ type: streamingCluster, ...inCategory(STREAMING_CATEGORIES) }),
      identifiers: t.field({
        type: 'JSONString',
        ...fromIdentifiers((identifiers) => Object.fromEntries(identifiers.map(({ key, value }) => [key, value]))),
      }),
      connectionIdentifier: t.field({
        type: identifier,
        ...fromIdentifiers(([first]) => first ?? null),
      }),
      connectionIdentifiers: t.field({
        type: [identifier],
        nullable: { list: true, items: true },
        ...fromIdentifiers((identifiers) => [...identifiers]),
      }),
      resolvedConnectionType: t.string(fromCurrent(({ version: { kind } }) => kind)),
      connectionTypeDisplayName: t.string(fromCurrent(({ connector }) => connector?.title ?? null)),
      integrationType: t.field({ type: integrationType, ...fromIntegration(({ category }) => category) }),
      data: t.field({ type: 'JSONString', resolve: () => null }),
      credentialsS3Key: t.string({ resolve: () => null }),
      integrationGatewayCredentialsKey: t.string({ resolve: () => null }),
      ctpConfig: t.field({ type: 'JSONString', resolve: () => null }),
      iconUrl: t.string({ resolve: () => null }),
      sqlJobTimeoutMaximum: t.int({ resolve: () => null }),
      terminology: t.field({ type: terminology, resolve: () => null }),
      jobErrors: t.field({ type: [jobError], nullable: { list: true, items: true }, resolve: () => [] }),
      allowedDbtCloudEnvironments: t.stringList({ resolve: ({ dbtFilter }) => dbtFilter?.environments?.slice() ?? null }),
      dbtCloudConnectionAllowList: t.field({ type: allowList, resolve: ({ dbtFilter }) => dbtFilter?.allowList ?? null }),
      filterDbtCloudEvents: t.boolean({
        description: 'Whether jobs keep those events of dbt alone that belong here; null where nobody ever said.',
        resolve: ({ dbtFilter }) => dbtFilter?.filtersEvents ?? null,
      }),
      jobLimits: t.field({ type: 'JSONString', description: 'As its maker gave them.', resolve: (row) => row.jobLimits }),
      kind: t.string({
        nullable: false,
        description: 'Our own name of the kind, lower-kebab.',
        ...fromCurrent(({ version: { kind } }) => kind),
      }),
      settings: t.field({
        type: 'GenericScalar',
        description: 'Public settings of the version in use; never a secret.',
        ...fromCurrent(({ version: { settings } }) => settings),
      }),
      labels: t.field({ type: 'GenericScalar', nullable: false, resolve: (row) => row.labels }),
      integrationId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.integrationId }),
      policy: t.field({ type: policy, nullable: false, resolve: (row) => row }),
      currentVersion: t.field({
        type: version,
        nullable: false,
        ...fromCurrent((current) => current.version),
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

  return { connection, integrationType, connectionTypeEnum, subtypeEnum, ...policies };
}
