import type { Finding } from '../../../domain/audit/finding.ts';
import { type Examination, examineStore } from '../../../operations/upkeep/examine-store.ts';
import { EXAMINES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';

/** The store's examination: what was changed in it past the gateway, and whether each version opens. */
export function addStoreExamination(builder: Builder): void {
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
