import type { ObjectRef } from '@pothos/core';
import type { AuditFinding } from '../../../domain/audit/audit-check.ts';
import { type AuditCut, cutAudit } from '../../../operations/audit/archive-audit.ts';
import { type AuditSegment, readAuditSegment, verifyAuditSegment } from '../../../operations/audit/read-audit-segment.ts';
import { DIALS, EXAMINES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { BuilderTypes } from '../page.ts';

/** Archiving the audit: segments to be kept in files, their verification, and the cut of what was archived. */
export function addAuditArchive(builder: Builder, finding: ObjectRef<BuilderTypes, AuditFinding>): void {
  const segment = builder.objectRef<AuditSegment>('AuditSegment').implement({
    description: 'A piece of the sealed chain, signed, to be kept in a file.',
    fields: (t) => ({
      from: t.exposeInt('from', { nullable: false }),
      through: t.exposeInt('through', { nullable: false }),
      previous: t.exposeString('previous', { nullable: false, description: 'Chain hash before the first row, hex.' }),
      head: t.exposeString('head', { nullable: false, description: 'Chain hash of the last row, hex.' }),
      signature: t.exposeString('signature', { nullable: false }),
      rows: t.stringList({ nullable: false, description: 'Each the text of a JSON object.', resolve: (row) => [...row.rows] }),
    }),
  });
  const given = builder.inputType('AuditSegmentInput', {
    fields: (t) => ({
      from: t.int({ required: true }),
      through: t.int({ required: true }),
      previous: t.string({ required: true }),
      head: t.string({ required: true }),
      signature: t.string({ required: true }),
      rows: t.stringList({ required: true }),
    }),
  });
  const cut = builder.objectRef<AuditCut>('CutAudit').implement({
    fields: (t) => ({
      through: t.exposeInt('through', { nullable: false, description: 'The last row that was cut.' }),
      finished: t.exposeBoolean('finished', { nullable: false, description: 'False when time was over first: call it again.' }),
    }),
  });
  builder.queryFields((t) => ({
    auditSegment: t.field({
      extensions: EXAMINES,
      type: segment,
      description: 'The next segment behind a row, of rows that were written before a time; null where there is none. Needs an operator.',
      args: { after: t.arg.int({ required: true }), before: t.arg({ type: 'DateTime', required: true }) },
      resolve: (_, { after, before }, { services, actor }) => readAuditSegment(services, actor, after, before),
    }),
    auditSegmentFindings: t.field({
      extensions: EXAMINES,
      type: [finding],
      nullable: false,
      description: 'What is wrong with a segment from a file. Needs an operator.',
      args: { segment: t.arg({ type: given, required: true }) },
      resolve: async (_, { segment: one }, { services, actor }) => [...(await verifyAuditSegment(services, actor, one))],
    }),
  }));
  builder.mutationFields((t) => ({
    cutAudit: t.field({
      extensions: DIALS,
      type: cut,
      description:
        'Cuts from the store what was archived, up to a row whose chain hash the caller has; call it until it is finished. What proves the state of the store stays. Needs an operator.',
      args: { through: t.arg.int({ required: true }), head: t.arg.string({ required: true }) },
      resolve: (_, { through, head }, { services, actor }) => cutAudit(services, actor, through, head),
    }),
  }));
}
