import { readGroups } from '../../../domain/token/roles.ts';
import { createToken } from '../../../operations/access/create-token.ts';
import { type ListedToken, listTokensOf } from '../../../operations/access/list-tokens.ts';
import { revokeToken } from '../../../operations/access/revoke-token.ts';
import { updateToken } from '../../../operations/access/update-token.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Context } from '../../schema/context.ts';
import { MOST_UNPAGED, whole } from '../../schema/unpaged-lists.ts';

interface ShownToken {
  readonly id: string;
  readonly secret: string | null;
}

/** The lead API's access tokens, of people, and service tokens: our API tokens, whose groups are our roles. */
export function addAccessTokens(builder: Builder): void {
  const accessToken = builder.objectRef<ShownToken>('AccessToken').implement({
    fields: (t) => ({
      id: t.string({ description: 'Sent as x-mcd-id.', resolve: (row) => row.id }),
      token: t.string({
        description: 'The secret, shown this once; null for a token that was only changed.',
        resolve: (row) => row.secret,
      }),
    }),
  });
  const payload = (name: string) =>
    builder
      .objectRef<ShownToken>(name)
      .implement({ fields: (t) => ({ accessToken: t.field({ type: accessToken, resolve: (row) => row }) }) });
  const created = payload('CreateAccessToken');
  const createdOrUpdated = payload('CreateOrUpdateServiceApiToken');
  const deleted = builder
    .objectRef<true>('DeleteAccessToken')
    .implement({ fields: (t) => ({ success: t.boolean({ resolve: () => true }) }) });
  addTokenMetadata(builder);

  builder.mutationFields((t) => ({
    createAccessToken: t.field({
      type: created,
      description: 'A personal token with the roles of the caller, and its limits.',
      args: { comment: t.arg.string(), expirationInDays: t.arg.int({ required: true }) },
      resolve: async (_, { comment, expirationInDays }, { services, actor }) => {
        const { token, secret } = await createToken(services, actor, {
          name: actor.name,
          roles: actor.roles,
          kind: 'pat',
          comment: comment ?? null,
          expiresInDays: expirationInDays,
        });
        return { id: token.id, secret };
      },
    }),
    createOrUpdateServiceApiToken: t.field({
      type: createdOrUpdated,
      description:
        'A service token, which may only read unless groups, which are the names of roles, say more. With tokenId it changes that one.',
      args: {
        comment: t.arg.string(),
        displayName: t.arg.string(),
        expirationInDays: t.arg.int(),
        groups: t.arg.stringList({ required: { list: false, items: false } }),
        tokenId: t.arg.string(),
      },
      resolve: (_, given, context) => createOrUpdate(context, given),
    }),
    deleteAccessToken: t.field({
      type: deleted,
      args: { tokenId: t.arg.string({ required: true }) },
      resolve: async (_, { tokenId }, { services, actor }) => {
        await revokeToken(services, actor, tokenId);
        return true as const;
      },
    }),
  }));
}

interface ServiceToken {
  readonly comment?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly expirationInDays?: number | null | undefined;
  readonly groups?: readonly (string | null | undefined)[] | null | undefined;
  readonly tokenId?: string | null | undefined;
}

async function createOrUpdate(
  { services, actor }: Context,
  { comment, displayName, expirationInDays, groups, tokenId }: ServiceToken,
): Promise<ShownToken> {
  if (tokenId == null) {
    const { token, secret } = await createToken(services, actor, {
      name: displayName ?? comment ?? 'service token',
      roles: groups == null ? ['viewer'] : readGroups(groups),
      kind: 'svc',
      comment: comment ?? null,
      expiresInDays: expirationInDays ?? null,
    });
    return { id: token.id, secret };
  }
  const { id } = await updateToken(services, actor, {
    tokenId,
    name: displayName ?? undefined,
    comment,
    expiresInDays: expirationInDays ?? undefined,
    roles: groups == null ? undefined : readGroups(groups),
  });
  return { id, secret: null };
}

function addTokenMetadata(builder: Builder): void {
  const index = builder.enumType('AccessKeyIndexEnum', { values: ['account', 'user'] as const });
  const metadata = builder.objectRef<ListedToken>('TokenMetadata').implement({
    fields: (t) => ({
      id: t.string({ resolve: ({ token }) => token.id }),
      firstName: t.string({ resolve: ({ token }) => token.name }),
      lastName: t.string({ resolve: () => '' }),
      email: t.string({ resolve: ({ token }) => token.name }),
      creationTime: t.field({ type: 'DateTime', resolve: ({ token }) => token.createdAt }),
      createdBy: t.string({ resolve: async ({ token }, _, { loaders }) => (await loaders.user(token.createdBy))?.name ?? null }),
      expirationTime: t.field({ type: 'DateTime', resolve: ({ token }) => token.expiresAt }),
      comment: t.string({ resolve: ({ token }) => token.comment }),
      isServiceApiToken: t.boolean({ resolve: ({ token }) => token.kind === 'svc' }),
      groups: t.stringList({
        nullable: { list: true, items: true },
        description: 'Its roles.',
        resolve: ({ token, grants }) => [...(grants.find(({ projectId }) => projectId === token.homeProjectId)?.roles ?? [])],
      }),
    }),
  });
  builder.queryFields((t) => ({
    getTokenMetadata: t.field({
      extensions: LISTS,
      type: [metadata],
      nullable: { list: true, items: true },
      description:
        'The tokens of the project, which owners see, or those that the caller is and has made. Newest first, without integration keys.',
      args: { index: t.arg({ type: index, required: true }), isServiceApiToken: t.arg.boolean() },
      resolve: async (_, { index: of, isServiceApiToken }, { services, actor }) =>
        whole(await listTokensOf(services, actor, { of, isService: isServiceApiToken ?? null }, MOST_UNPAGED + 1), 'tokens'),
    }),
  }));
}
