import { BI_CATEGORIES, ETL_CATEGORIES, WAREHOUSE_CATEGORIES } from '../../domain/integration/integration-category.ts';
import type { Builder } from '../schema/builder.ts';
import { none } from '../schema/connections/site.ts';
import type { Refs } from '../schema/refs.ts';

const USER_STATES = [
  'SIGNED_UP',
  'SET_ACCOUNT_NAME',
  'INSTALL_DC',
  'CONNECT_DW',
  'CHECK_BACK',
  'DASHBOARD',
  'INTEGRATIONS',
  'INVITE_USERS',
  'NOT_AVAILABLE',
] as const;

/** The lead API's `getUser`: who is calling, and the project with everything in it. The real CLI sends it before each command. */
export function addAccount(builder: Builder, { account, user, connection, warehouse, biContainer, etlContainer, site }: Refs): void {
  const userState = builder.enumType('UserModelState', { values: USER_STATES });
  const emptyCollector = builder
    .objectRef<never>('EmptyDataCollector')
    .implement({ fields: (t) => ({ uuid: t.string({ resolve: none }), customerAwsRegion: t.string({ resolve: none }) }) });
  const tableauAccount = builder.objectRef<never>('TableauAccount').implement({
    fields: (t) => ({ uuid: t.string({ resolve: none }), dataCollector: t.field({ type: emptyCollector, resolve: none }) }),
  });

  account.implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      uuid: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name'),
      createdOn: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      config: t.field({ type: 'JSONString', resolve: () => null }),
      isDeleted: t.boolean({ nullable: false, resolve: () => false }),
      activeCollectionRegions: t.stringList({ nullable: { list: true, items: true }, resolve: () => [] }),
      dataCollectors: t.field({ type: [site], nullable: false, resolve: (_, __, { loaders }) => loaders.sites() }),
      warehouses: t.field({
        type: [warehouse],
        nullable: false,
        resolve: (_, __, { loaders }) => loaders.readableIntegrations({ categories: WAREHOUSE_CATEGORIES }),
      }),
      bi: t.field({
        type: [biContainer],
        nullable: false,
        resolve: (_, __, { loaders }) => loaders.readableIntegrations({ categories: BI_CATEGORIES }),
      }),
      etlContainers: t.field({
        type: [etlContainer],
        nullable: false,
        resolve: (_, __, { loaders }) => loaders.readableIntegrations({ categories: ETL_CATEGORIES }),
      }),
      tableauAccounts: t.field({ type: [tableauAccount], nullable: { list: true, items: true }, resolve: () => [] }),
      connections: t.field({
        type: [connection],
        nullable: false,
        resolve: async (_, __, { loaders }) => {
          const all = await loaders.readableIntegrations({});
          return (await Promise.all(all.map(({ id }) => loaders.connectionsOf.load(id)))).flat();
        },
      }),
    }),
  });

  const node = builder
    .interfaceRef<{ readonly id: string }>('Node')
    .implement({ fields: (t) => ({ id: t.id({ nullable: false, resolve: (row) => row.id }) }) });
  user.implement({
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
        resolve: async (row, _, { loaders }) => (await loaders.tokenHolder.load(row.id))?.createdAt ?? 0,
      }),
      isSso: t.boolean({ nullable: false, resolve: () => false }),
      isDeleted: t.boolean({ nullable: false, resolve: () => false }),
      tokenId: t.string({ resolve: (row) => (row.id === 'local' ? null : row.id) }),
      role: t.string({ description: 'Of the caller alone.', resolve: (row) => row.roles?.join(' ') ?? null }),
      account: t.field({ type: account, resolve: (_row, _, { loaders }) => loaders.project() }),
    }),
  });
  builder.queryFields((t) => ({
    getUser: t.field({
      type: user,
      description: 'Who is calling.',
      resolve: (_, __, { actor: { tokenId, name, roles, projectId } }) => ({ id: tokenId ?? 'local', name, roles, projectId }),
    }),
  }));
}
