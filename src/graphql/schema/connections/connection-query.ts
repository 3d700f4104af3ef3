import type { Connection } from '../../../domain/connection/connection.ts';
import { listConnections } from '../../../operations/connections/list-connections.ts';
import { readConnection } from '../../../operations/connections/read-connection.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';
import type { Refs } from '../refs.ts';

/** Our own lists of connections, in pages. */
export function addConnectionQueries(builder: Builder, { connection }: Pick<Refs, 'connection'>, pages: PageTypes): void {
  const filter = builder.inputType('ConnectionFilter', {
    fields: (t) => ({
      kinds: t.stringList(),
      integrationId: t.field({ type: 'UUID' }),
      active: t.boolean(),
      ids: t.field({ type: ['UUID'] }),
    }),
  });
  const connectionPage = pageOf<Connection>(builder, pages, 'Connection', connection);
  builder.queryFields((t) => ({
    connections: t.field({
      extensions: LISTS,
      type: connectionPage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { first: t.arg.int(), after: t.arg.string(), filter: t.arg({ type: filter }) },
      resolve: (_, { first, after, filter: given }, context) => {
        const asked = {
          ...(given?.kinds == null ? {} : { kinds: given.kinds }),
          ...(given?.integrationId == null ? {} : { integrationId: given.integrationId }),
          ...(given?.active == null ? {} : { active: given.active }),
          ...(given?.ids == null ? {} : { ids: given.ids }),
        };
        return readPage(
          context,
          { first, after },
          (row) => ({ at: row.createdAt, id: row.id }),
          (page) => listConnections(context.services, context.actor, asked, page),
        );
      },
    }),
    connection: t.field({
      type: connection,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => readConnection(services, actor, id),
    }),
  }));
}
