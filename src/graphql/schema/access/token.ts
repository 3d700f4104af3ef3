import { DomainError } from '../../../domain/errors/errors.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { ROLES, type Role } from '../../../domain/token/roles.ts';
import type { Token } from '../../../domain/token/token.ts';
import { createToken } from '../../../operations/access/create-token.ts';
import { listTokens } from '../../../operations/access/list-tokens.ts';
import { revokeToken } from '../../../operations/access/revoke-token.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';

interface TokenRow {
  readonly token: Token;
  readonly roles: readonly Role[];
  readonly secret?: string;
}

/** Most that are listed without pages. */
const MOST_TOKENS = 1000;

/** API tokens: made, listed and revoked by owners. The secret is shown once, where it is made. */
export function addTokens(builder: Builder, pages: PageTypes): void {
  const role = builder.enumType('Role', { values: Object.keys(ROLES).map((name) => name) });
  const kind = builder.enumType('TokenKind', { values: { SERVICE: { value: 'svc' }, PERSONAL: { value: 'pat' } } as const });
  const token = builder.objectRef<TokenRow>('ApiToken').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, description: 'Accessor id: may be shown, and is sent as x-mcd-id.', resolve: (row) => row.token.id }),
      name: t.string({ nullable: false, resolve: (row) => row.token.name }),
      kind: t.field({ type: kind, nullable: false, resolve: (row) => row.token.kind }),
      roles: t.stringList({ nullable: false, resolve: (row) => [...row.roles] }),
      comment: t.string({ resolve: (row) => row.token.comment }),
      integrationIds: t.stringList({
        description: 'Limited to these integrations; null means the whole project.',
        resolve: (row) => (row.token.integrationIds === null ? null : [...row.token.integrationIds]),
      }),
      accessList: t.stringList({
        description: 'Networks that it may be used from, as CIDRs; null means anywhere.',
        resolve: (row) => (row.token.accessList === null ? null : [...row.token.accessList]),
      }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.token.createdAt }),
      createdBy: t.string({ resolve: (row) => row.token.createdBy }),
      expiresAt: t.field({ type: 'DateTime', resolve: (row) => row.token.expiresAt }),
      revokedAt: t.field({ type: 'DateTime', resolve: (row) => row.token.revokedAt }),
      lastUsedAt: t.field({ type: 'DateTime', description: 'To the minute.', resolve: (row) => row.token.lastUsedAt }),
    }),
  });
  const tokenPage = pageOf<TokenRow>(builder, pages, 'ApiToken', token);
  const created = builder.objectRef<TokenRow>('CreateToken').implement({
    fields: (t) => ({
      token: t.field({ type: token, nullable: false, resolve: (row) => row }),
      secret: t.string({ nullable: false, description: 'Shown this once.', resolve: (row) => row.secret ?? '' }),
    }),
  });
  const revoked = builder
    .objectRef<true>('RevokeToken')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    tokens: t.field({
      extensions: LISTS,
      type: [token],
      // A token that was altered past the gateway is null, with an error, and the others stay.
      nullable: { list: false, items: true },
      description: `Newest first. A project with more than ${MOST_TOKENS} reads \`apiTokens\` instead.`,
      resolve: async (_, __, { services, actor }) => {
        const rows = await listTokens(services, actor, { limit: MOST_TOKENS + 1, after: null });
        if (rows.length > MOST_TOKENS)
          throw new DomainError(
            'LIMIT_EXCEEDED',
            `More than ${MOST_TOKENS} tokens. Read \`apiTokens(first: 100, after: …)\` page by page.`,
            {
              limit: MOST_TOKENS,
            },
          );
        return rows.map((row) => shownToken(row, actor));
      },
    }),
    apiTokens: t.field({
      extensions: LISTS,
      type: tokenPage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { first, after }, context) =>
        readPage(
          context,
          { first, after },
          (row) => ({ at: row.token.createdAt, id: row.token.id }),
          async (page) => (await listTokens(context.services, context.actor, page)).map((row) => shownToken(row, context.actor)),
        ),
    }),
  }));
  builder.mutationFields((t) => ({
    createToken: t.field({
      type: created,
      args: {
        name: t.arg.string({ required: true }),
        roles: t.arg({ type: [role], required: true }),
        kind: t.arg({ type: kind, defaultValue: 'svc' }),
        expiresInDays: t.arg.int(),
        integrationIds: t.arg({ type: ['UUID'] }),
        accessList: t.arg.stringList({ description: 'Addresses, or networks as CIDRs, that it may be used from; anywhere unless given.' }),
        comment: t.arg.string(),
      },
      resolve: (_, { name, roles, kind: tokenKind, expiresInDays, integrationIds, accessList, comment }, { services, actor }) =>
        createToken(services, actor, {
          name,
          roles,
          kind: tokenKind ?? 'svc',
          expiresInDays: expiresInDays ?? null,
          integrationIds: integrationIds ?? null,
          accessList: accessList ?? null,
          comment: comment ?? null,
        }),
    }),
    revokeToken: t.field({
      type: revoked,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { id }, { services, actor }) => {
        await revokeToken(services, actor, id);
        return true as const;
      },
    }),
  }));
}

function shownToken({ token, grants }: Awaited<ReturnType<typeof listTokens>>[number], { projectId }: Actor): TokenRow {
  return { token, roles: grants.find((grant) => grant.projectId === projectId)?.roles ?? [] };
}
