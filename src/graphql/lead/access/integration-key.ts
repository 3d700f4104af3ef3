import { INTEGRATION_KEY_SCOPES } from '../../../domain/token/integration-key.ts';
import type { Token } from '../../../domain/token/token.ts';
import { createIntegrationKey, deleteIntegrationKey, listIntegrationKeys } from '../../../operations/access/integration-keys.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Refs } from '../../schema/refs.ts';
import { MOST_UNPAGED, whole } from '../../schema/unpaged-lists.ts';

/** The lead API's integration keys: tokens of jobs, which lease the connections of some integrations and can do nothing else. */
export function addIntegrationKeys(builder: Builder, { user, warehouse }: Refs): void {
  const scope = builder.enumType('IntegrationKeyScope', { values: INTEGRATION_KEY_SCOPES });
  const key = builder.objectRef<{ readonly id: string; readonly secret: string }>('IntegrationKey').implement({
    fields: (t) => ({
      id: t.exposeString('id', { description: 'Sent as x-mcd-id.' }),
      secret: t.exposeString('secret', { description: 'Shown this once; sent as x-mcd-token, or as a bearer.' }),
    }),
  });
  const created = builder
    .objectRef<{ readonly id: string; readonly secret: string }>('CreateIntegrationKey')
    .implement({ fields: (t) => ({ key: t.field({ type: key, resolve: (row) => row }) }) });
  const deleted = builder
    .objectRef<true>('DeleteIntegrationKey')
    .implement({ fields: (t) => ({ deleted: t.boolean({ resolve: () => true }) }) });
  const metadata = builder.objectRef<Token>('IntegrationKeyMetadata').implement({
    fields: (t) => ({
      id: t.string({ resolve: (row) => row.id }),
      description: t.string({ resolve: (row) => row.name }),
      scope: t.string({ resolve: (row) => row.keyScope }),
      warehouses: t.field({
        type: [warehouse],
        nullable: { list: true, items: true },
        description: 'The integrations that the key is limited to, without removed ones; null for the whole project.',
        resolve: async ({ integrationIds }, _, { loaders }) => {
          if (integrationIds === null) return null;
          const found = await Promise.all(integrationIds.map((id) => loaders.integration.load(id)));
          return found.filter((one) => one !== null);
        },
      }),
      createdTime: t.field({ type: 'DateTime', resolve: (row) => row.createdAt }),
      createdBy: t.field({ type: user, resolve: (row, _, { loaders }) => loaders.user(row.createdBy) }),
    }),
  });
  builder.queryFields((t) => ({
    getIntegrationKeys: t.field({
      extensions: LISTS,
      type: [metadata],
      nullable: { list: true, items: true },
      description: 'The keys that have not ended, newest first.',
      args: { scope: t.arg.string(), resourceUuid: t.arg({ type: 'UUID' }) },
      resolve: async (_, { scope: of, resourceUuid }, { services, actor }) =>
        whole(
          await listIntegrationKeys(services, actor, { scope: of ?? null, integrationId: resourceUuid ?? null }, MOST_UNPAGED + 1),
          'tokens',
        ),
    }),
  }));
  builder.mutationFields((t) => ({
    createIntegrationKey: t.field({
      type: created,
      args: {
        description: t.arg.string({ required: true }),
        scope: t.arg({ type: scope, required: true }),
        warehouseIds: t.arg({
          type: ['UUID'],
          required: { list: false, items: false },
          description: 'Integrations of any category that the key is limited to; left out for all that its maker may see.',
        }),
      },
      resolve: async (_, { description, scope: of, warehouseIds }, { services, actor }) => {
        const integrationIds = warehouseIds?.flatMap((id) => (id == null ? [] : [id])) ?? null;
        const { token, secret } = await createIntegrationKey(services, actor, { description, scope: of, integrationIds });
        return { id: token.id, secret };
      },
    }),
    deleteIntegrationKey: t.field({
      type: deleted,
      args: { keyId: t.arg.string({ required: true }) },
      resolve: async (_, { keyId }, { services, actor }) => {
        await deleteIntegrationKey(services, actor, keyId);
        return true as const;
      },
    }),
  }));
}
