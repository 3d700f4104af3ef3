import type { Change } from '../../../domain/change/change.ts';
import { listChanges, readChange } from '../../../operations/changes/list-changes.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { ErrorCodeEnum } from '../error-code.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';

export type ChangeTypes = ReturnType<typeof createChangeTypes>;

export function createChangeTypes(builder: Builder, errorCode: ErrorCodeEnum) {
  const changeState = builder.enumType('ChangeState', { values: ['OPEN', 'PENDING', 'COMMITTED', 'DISCARDED'] as const });
  const changePurpose = builder.enumType('ChangePurpose', {
    values: { CREATE: { value: 'create' }, UPDATE: { value: 'update' }, ROLL_BACK: { value: 'roll-back' } } as const,
  });
  const change = builder.objectRef<Change>('Change').implement({
    description: 'A staged new set of details. Its temporary key is shown once, where it is staged.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      connectionId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.connectionId }),
      purpose: t.field({ type: changePurpose, nullable: false, resolve: (row) => row.purpose }),
      state: t.field({ type: changeState, nullable: false, resolve: (row) => row.state }),
      kind: t.exposeString('kind', { nullable: false }),
      baseVersion: t.exposeInt('baseVersion'),
      changedFields: t.stringList({ nullable: false, description: 'Names, never values.', resolve: (row) => [...row.changedFields] }),
      reference: t.field({
        type: 'GenericScalar',
        description: 'Provider, path and key of credentials that stay in an outside manager; null where they are sealed here.',
        resolve: (row) => row.reference,
      }),
      restoredFrom: t.exposeInt('restoredFrom'),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
      expiresAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.expiresAt }),
      committedAt: t.field({ type: 'DateTime', resolve: (row) => row.committedAt }),
      committedVersion: t.exposeInt('committedVersion'),
      waitUntil: t.field({ type: 'DateTime', description: 'PENDING: given up then.', resolve: (row) => row.waitUntil }),
      failure: t.field({ type: errorCode, description: 'Why a commit that waited was given up.', resolve: (row) => row.failure }),
    }),
  });
  return { change, changeState };
}

/** What callers may see of a staged change. */
export function addChangeQueries(builder: Builder, { change, changeState }: ChangeTypes, pages: PageTypes): void {
  const changePage = pageOf<Change>(builder, pages, 'Change', change);
  builder.queryFields((t) => ({
    changes: t.field({
      extensions: LISTS,
      type: changePage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { connectionId: t.arg({ type: 'UUID' }), state: t.arg({ type: changeState }), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { connectionId, state, first, after }, context) => {
        const filter = { ...(connectionId == null ? {} : { connectionId }), ...(state == null ? {} : { state }) };
        return readPage(
          context,
          { first, after },
          (row) => ({ at: row.createdAt, id: row.id }),
          (page) => listChanges(context.services, context.actor, filter, page),
        );
      },
    }),
    change: t.field({
      type: change,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => readChange(services, actor, id),
    }),
  }));
}
