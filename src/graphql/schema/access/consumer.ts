import type { Consumer } from '../../../domain/consumer/consumer.ts';
import { listConsumers, removeConsumer } from '../../../operations/consumers/manage-consumers.ts';
import { registerConsumer } from '../../../operations/consumers/register-consumer.ts';
import { LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';

/** What uses connections and is registered by hand: Posit Connect's content. */
export function addConsumers(builder: Builder): void {
  const consumer = builder.objectRef<Consumer>('Consumer').implement({
    fields: (t) => ({
      id: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.id }),
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title'),
      connectionIds: t.field({
        type: ['UUID'],
        nullable: false,
        description: 'Connections that it was associated with, in their order.',
        resolve: (row) => row.associations.map(({ connectionId }) => connectionId),
      }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('ownerId'),
    }),
  });
  const registered = builder.objectRef<Awaited<ReturnType<typeof registerConsumer>>>('RegisterConsumer').implement({
    fields: (t) => ({
      consumer: t.field({ type: consumer, nullable: false, resolve: (row) => row.consumer }),
      sessionToken: t.exposeString('sessionToken', {
        nullable: false,
        description: 'By which it shows who it is, in an exchange for credentials. Shown this once, and stored nowhere.',
      }),
    }),
  });
  const removed = builder
    .objectRef<true>('RemoveConsumer')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    consumers: t.field({
      extensions: LISTS,
      type: [consumer],
      nullable: false,
      description: "What is registered as using connections, at most 1000, in the order it was: Posit Connect's content.",
      resolve: async (_root, _args, { services, actor }) => [...(await listConsumers(services, actor))],
    }),
  }));
  builder.mutationFields((t) => ({
    registerConsumer: t.field({
      type: registered,
      nullable: false,
      description: 'Registers something that uses connections. Which ones is said over the API of Posit Connect.',
      args: {
        name: t.arg.string({ required: true }),
        title: t.arg.string(),
        id: t.arg({ type: 'UUID', description: 'The guid that the content has on its own server; a new one unless given.' }),
      },
      resolve: (_, given, { services, actor }) =>
        registerConsumer(services, actor, { name: given.name, title: given.title ?? null, id: given.id ?? null }),
    }),
    removeConsumer: t.field({
      type: removed,
      description: 'Its session token and its associations are of no use any more.',
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { id }, { services, actor }) => {
        await removeConsumer(services, actor, id);
        return true as const;
      },
    }),
  }));
}
