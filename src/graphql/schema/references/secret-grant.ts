import type { ProviderGrant } from '../../../domain/connection/reference/secret-reference.ts';
import { grantSecrets, listSecretGrants, revokeSecrets } from '../../../operations/references/grant-secrets.ts';
import type { Builder } from '../builder.ts';
import type { addStaging } from '../changes/stage-change.ts';

/** What the operator lets projects name in secret references. */
export function addSecretGrants(builder: Builder, { provider }: ReturnType<typeof addStaging>): void {
  const grant = builder.objectRef<ProviderGrant>('SecretGrant').implement({
    fields: (t) => ({
      projectId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.projectId }),
      provider: t.field({ type: provider, nullable: false, resolve: (row) => row.provider }),
      prefix: t.exposeString('prefix', { nullable: false }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
    }),
  });
  const revoked = builder
    .objectRef<true>('RevokeSecrets')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    secretGrants: t.field({
      type: [grant],
      nullable: false,
      description: 'What the project may refer to, at most 100. Of another project for operators alone.',
      args: { projectId: t.arg({ type: 'UUID' }) },
      resolve: async (_, { projectId }, { services, actor }) => [...(await listSecretGrants(services, actor, projectId ?? null))],
    }),
  }));
  builder.mutationFields((t) => {
    const args = {
      provider: t.arg({ type: provider, required: true }),
      prefix: t.arg.string({ required: true, description: "The beginning of a manager's names, or an absolute folder." }),
      projectId: t.arg({ type: 'UUID' }),
    };
    return {
      grantSecrets: t.field({
        type: grant,
        nullable: false,
        description: 'For operators. Lets a project refer to secrets within a prefix.',
        args,
        resolve: (_, { projectId, ...given }, { services, actor }) =>
          grantSecrets(services, actor, { ...given, projectId: projectId ?? null }),
      }),
      revokeSecrets: t.field({
        type: revoked,
        description: 'For operators. References within the prefix lead nowhere from now on.',
        args,
        resolve: async (_, { projectId, ...given }, { services, actor }) => {
          await revokeSecrets(services, actor, { ...given, projectId: projectId ?? null });
          return true as const;
        },
      }),
    };
  });
}
