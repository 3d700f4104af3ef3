import { AUDIT_ACTIONS, type AuditFinding, type AuditRow } from '../../domain/audit/audit.ts';
import type { Finding } from '../../domain/audit/finding.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { type Actor, ROLES, type Role, requirePermission } from '../../domain/token/actor.ts';
import type { Token } from '../../domain/token/token.ts';
import { createToken, listTokens, revokeToken } from '../../operations/access/manage-tokens.ts';
import { type AuditVerification, verifyAudit } from '../../operations/audit/verify-audit.ts';
import { type Examination, examineStore } from '../../operations/upkeep/examine-store.ts';
import { EXAMINES, LISTS } from '../plugins/operation-priority.ts';
import { addAuditArchive } from './audit-archive.ts';
import type { Builder } from './builder.ts';
import { type PageTypes, pageOf, readPage } from './page.ts';

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
      nullable: false,
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
      resolve: (_, { first, after }, { services, actor }) =>
        readPage(
          { first, after },
          (row) => ({ at: row.token.createdAt, id: row.token.id }),
          async (page) => (await listTokens(services, actor, page)).map((row) => shownToken(row, actor)),
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
        comment: t.arg.string(),
      },
      resolve: (_, { name, roles, kind: tokenKind, expiresInDays, integrationIds, comment }, { services, actor }) =>
        createToken(services, actor, {
          name,
          roles,
          kind: tokenKind ?? 'svc',
          expiresInDays: expiresInDays ?? null,
          integrationIds: integrationIds ?? null,
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

/** The audit, its verification, and the store's examination. */
export function addAudit(builder: Builder, pages: PageTypes): void {
  const row = builder.objectRef<AuditRow>('AuditRecord').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      seq: t.exposeInt('seq', { description: 'Its place in the chain; null until it is sealed, within a second.' }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: (one) => one.at }),
      action: t.exposeString('action', { nullable: false }),
      entity: t.exposeString('entity', { nullable: false }),
      entityId: t.exposeString('entityId'),
      actorTokenId: t.exposeString('actorTokenId'),
      actorName: t.exposeString('actorName', { nullable: false }),
      details: t.field({ type: 'GenericScalar', nullable: false, resolve: (one) => one.details }),
      requestId: t.exposeString('requestId'),
      clientIp: t.exposeString('clientIp'),
      client: t.field({ type: 'GenericScalar', nullable: false, resolve: (one) => one.client }),
    }),
  });
  const auditPage = pageOf<AuditRow>(builder, pages, 'Audit', row);
  const filter = builder.inputType('AuditFilter', {
    fields: (t) => ({
      entityId: t.field({ type: 'UUID' }),
      actions: t.stringList(),
      from: t.field({ type: 'DateTime' }),
      to: t.field({ type: 'DateTime' }),
    }),
  });
  const anchor = builder.inputType('AuditAnchorInput', {
    fields: (t) => ({ seq: t.int({ required: true }), head: t.string({ required: true }) }),
  });
  const auditFinding = builder.objectRef<AuditFinding>('AuditFinding').implement({
    fields: (t) => ({ kind: t.exposeString('kind', { nullable: false }), seq: t.exposeInt('seq'), rowId: t.exposeString('rowId') }),
  });
  const verification = builder.objectRef<AuditVerification>('AuditVerification').implement({
    fields: (t) => ({
      ok: t.exposeBoolean('ok', { nullable: false }),
      rows: t.exposeInt('rows', { nullable: false }),
      sealed: t.exposeInt('sealed', { nullable: false }),
      findings: t.field({ type: [auditFinding], nullable: false, resolve: (one) => [...one.findings] }),
      archivedThrough: t.int({
        description: 'The last row that was archived and cut from the store.',
        resolve: (one) => one.archived?.seq ?? null,
      }),
      archivedHead: t.string({ description: 'The chain hash of that row.', resolve: (one) => one.archived?.head ?? null }),
      next: t.string({ description: 'Where to go on, when `after` was given; null at the end.', resolve: (one) => one.next }),
      headSeq: t.int({ resolve: (one) => one.head?.seq ?? null }),
      headHash: t.string({ description: 'Keep it elsewhere as an anchor: it shows a cut tail.', resolve: (one) => one.head?.head ?? null }),
    }),
  });
  addAuditArchive(builder, auditFinding);
  const finding = builder.objectRef<Finding>('StoreFinding').implement({
    fields: (t) => ({
      connectionId: t.exposeString('connectionId', { nullable: false, description: 'Empty for a row that belongs to no connection.' }),
      // What was altered may be of any type.
      version: t.int({ nullable: false, resolve: ({ version }) => (Number.isSafeInteger(version) ? version : 0) }),
      problem: t.exposeString('problem', { nullable: false }),
      table: t.string({ description: 'Of a row that was changed past the gateway.', resolve: ({ table }) => table ?? null }),
      rowId: t.string({ description: 'Its id; of several columns, joined by slashes.', resolve: ({ rowId }) => rowId ?? null }),
    }),
  });
  const rotation = builder.objectRef<NonNullable<Examination['rotation']>>('UnfinishedRotation').implement({
    fields: (t) => ({
      fromKid: t.exposeString('fromKid', { nullable: false }),
      toKid: t.exposeString('toKid', { nullable: false }),
      remaining: t.exposeInt('remaining', { nullable: false, description: 'Keys that are still wrapped for the old master key.' }),
    }),
  });
  const restore = builder.objectRef<Examination['restores'][number]>('StoreRestore').implement({
    fields: (t) => ({
      at: t.field({ type: 'DateTime', nullable: false, resolve: (one) => one.at }),
      headSeq: t.exposeInt('headSeq', { nullable: false, description: 'The last audit row that the store had.' }),
      anchorSeq: t.exposeInt('anchorSeq', { nullable: false, description: 'The audit row that the anchor names.' }),
      versionGap: t.exposeInt('versionGap', {
        nullable: false,
        description: 'How many numbers the next version of each connection left out, so that none is used twice.',
      }),
    }),
  });
  const examination = builder.objectRef<Examination>('StoreExamination').implement({
    fields: (t) => ({
      ok: t.exposeBoolean('ok', { nullable: false }),
      versions: t.exposeInt('versions', { nullable: false }),
      opened: t.exposeInt('opened', { nullable: false }),
      rotation: t.field({
        type: rotation,
        description: 'A rotation of the master key that was not finished; either key opens the store.',
        resolve: (one) => one.rotation,
      }),
      restores: t.field({
        type: [restore],
        nullable: false,
        description: 'Restores from a backup that were found out by the anchor of the audit, oldest first.',
        resolve: (one) => [...one.restores],
      }),
      findings: t.field({ type: [finding], nullable: false, resolve: (one) => [...one.findings] }),
      next: t.string({ description: 'Where to go on, when `after` was given; null at the end.', resolve: (one) => one.next }),
    }),
  });
  builder.queryFields((t) => ({
    auditLog: t.field({
      extensions: LISTS,
      type: auditPage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { filter: t.arg({ type: filter }), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { filter: given, first, after }, { services: { store }, actor }) => {
        requirePermission(actor, 'audit');
        if (actor.integrationIds !== null)
          throw new DomainError('FORBIDDEN', "The audit is the whole project's, and this token is limited to some integrations.");
        const unknown = given?.actions?.find((action) => !Object.hasOwn(AUDIT_ACTIONS, action));
        if (unknown !== undefined) throw badRequest('filter.actions', `Known actions: ${Object.keys(AUDIT_ACTIONS).join(', ')}.`);
        return readPage(
          { first, after },
          (one) => ({ at: one.at, id: one.id }),
          (page) =>
            store.read.audit.page(
              actor.projectId,
              {
                ...(given?.entityId == null ? {} : { entityId: given.entityId }),
                ...(given?.actions == null ? {} : { actions: given.actions }),
                ...(given?.from == null ? {} : { from: given.from }),
                ...(given?.to == null ? {} : { to: given.to }),
              },
              page,
            ),
        );
      },
    }),
    auditVerification: t.field({
      extensions: EXAMINES,
      type: verification,
      nullable: false,
      description:
        'Checks every row, the chain, and that each anchor lies on it. With `after`, empty at first, for some seconds: call it until `next` is null. Needs an operator.',
      args: { anchors: t.arg({ type: [anchor] }), after: t.arg.string() },
      resolve: (_, { anchors, after }, { services, actor }) =>
        verifyAudit(
          services,
          actor,
          (anchors ?? []).map(({ seq, head }) => ({ seq, head, at: 0 })),
          after ?? null,
        ),
    }),
    storeExamination: t.field({
      extensions: EXAMINES,
      type: examination,
      nullable: false,
      description:
        'Proves that every version opens and that every chain of versions is whole. With `after`, empty at first, for some seconds: call it until `next` is null. Needs an operator.',
      args: { after: t.arg.string() },
      resolve: (_, { after }, { services, actor }) => examineStore(services, actor, after ?? null),
    }),
  }));
}
