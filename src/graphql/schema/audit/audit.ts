import type { AuditRow } from '../../../domain/audit/audit.ts';
import type { AuditFinding } from '../../../domain/audit/audit-check.ts';
import { listAuditLog } from '../../../operations/audit/list-audit-log.ts';
import { type AuditVerification, verifyAudit } from '../../../operations/audit/verify-audit.ts';
import { EXAMINES, LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';
import { addAuditArchive } from './audit-archive.ts';

/** The audit, its verification and its archive. */
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
  builder.queryFields((t) => ({
    auditLog: t.field({
      extensions: LISTS,
      type: auditPage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { filter: t.arg({ type: filter }), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { filter: given, first, after }, context) => {
        const asked = {
          ...(given?.entityId == null ? {} : { entityId: given.entityId }),
          ...(given?.actions == null ? {} : { actions: given.actions }),
          ...(given?.from == null ? {} : { from: given.from }),
          ...(given?.to == null ? {} : { to: given.to }),
        };
        return readPage(
          context,
          { first, after },
          (one) => ({ at: one.at, id: one.id }),
          (page) => listAuditLog(context.services, context.actor, asked, page),
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
  }));
}
