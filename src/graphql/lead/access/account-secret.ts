import type { AccountSecret } from '../../../domain/account-secret/account-secret.ts';
import { madeOfEach } from '../../../domain/errors/altered-row.ts';
import { createSecret } from '../../../operations/account-secrets/create-secret.ts';
import { deleteSecret } from '../../../operations/account-secrets/delete-secret.ts';
import { findSecret, listSecrets, revealSecret } from '../../../operations/account-secrets/read-secret.ts';
import { updateSecret } from '../../../operations/account-secrets/update-secret.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Context } from '../../schema/context.ts';

interface ShownSecret {
  readonly secret: AccountSecret;
  readonly value: string | null;
}

/** The lead API's account secrets: named values of a project, which may be used as secret references. */
export function addAccountSecrets(builder: Builder): void {
  const output = builder.objectRef<ShownSecret>('AccountSecretOutput').implement({
    fields: (t) => ({
      name: t.string({ nullable: false, resolve: ({ secret }) => secret.name }),
      scope: t.string({ nullable: false, resolve: ({ secret }) => secret.scope }),
      description: t.string({ resolve: ({ secret }) => secret.description }),
      expiresAt: t.field({ type: 'DateTime', resolve: ({ secret }) => secret.expiresAt }),
      value: t.string({ description: 'Null unless it was asked for with `reveal`.', resolve: (row) => row.value }),
      version: t.int({ nullable: false, description: 'Rises with each new value.', resolve: ({ secret }) => secret.currentVersion }),
      createdBy: t.string({ nullable: false, resolve: ({ secret }, _, context) => nameOf(context, secret.createdBy) }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ secret }) => secret.createdAt }),
      updatedBy: t.string({ resolve: ({ secret }, _, context) => nameOf(context, secret.updatedBy) }),
      lastUpdate: t.field({ type: 'DateTime', resolve: ({ secret }) => secret.updatedAt }),
    }),
  });
  const payload = (name: string) =>
    builder.objectRef<AccountSecret>(name).implement({
      fields: (t) => ({ secret: t.field({ type: output, resolve: (secret) => ({ secret, value: null }) }) }),
    });
  const created = payload('CreateAccountSecret');
  const updated = payload('UpdateAccountSecret');
  const deleted = builder.objectRef<{ readonly deleted: boolean }>('DeleteAccountSecret').implement({
    fields: (t) => ({ deleted: t.exposeBoolean('deleted', { description: 'False when there is no secret of that name.' }) }),
  });
  builder.queryFields((t) => ({
    getAccountSecret: t.field({
      type: output,
      description: 'A secret; its value for whoever made it, and for owners. Each reveal is audited.',
      args: { name: t.arg.string({ required: true }), reveal: t.arg.boolean() },
      resolve: async (_, { name, reveal }, { services, actor }): Promise<ShownSecret> =>
        reveal === true ? await revealSecret(services, actor, name) : { secret: await findSecret(services, actor, name), value: null },
    }),
    getAccountSecrets: t.field({
      extensions: LISTS,
      type: [output],
      nullable: false,
      description: 'By name, without values.',
      resolve: async (_, __, { services, actor }) => [
        ...madeOfEach(await listSecrets(services, actor), (secret): ShownSecret => ({ secret, value: null })),
      ],
    }),
  }));
  builder.mutationFields((t) => ({
    createAccountSecret: t.field({
      type: created,
      args: {
        description: t.arg.string(),
        expiresAt: t.arg({ type: 'DateTime' }),
        name: t.arg.string({ required: true, description: '1 to 64 letters, digits, dashes and underscores.' }),
        scope: t.arg.string({ required: true, description: '`global`, or `notifications` for kinds that notify alone.' }),
        value: t.arg.string({ required: true }),
      },
      resolve: (_, { description, expiresAt, ...given }, { services, actor }) =>
        createSecret(services, actor, { ...given, description: description ?? null, expiresAt: expiresAt ?? null }),
    }),
    updateAccountSecret: t.field({
      type: updated,
      description: 'What is left out stays as it is; null clears the description and the end. Another value destroys the one before.',
      args: {
        description: t.arg.string(),
        expiresAt: t.arg({ type: 'DateTime' }),
        name: t.arg.string({ required: true }),
        scope: t.arg.string({ required: true }),
        value: t.arg.string(),
      },
      resolve: (_, { value, ...given }, { services, actor }) => updateSecret(services, actor, { ...given, value: value ?? undefined }),
    }),
    deleteAccountSecret: t.field({
      type: deleted,
      args: { name: t.arg.string({ required: true }) },
      resolve: async (_, { name }, { services, actor }) => ({ deleted: await deleteSecret(services, actor, name) }),
    }),
  }));
}

async function nameOf({ loaders }: Context, id: string): Promise<string> {
  return (await loaders.user(id))?.name ?? id;
}
