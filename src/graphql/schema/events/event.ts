import { PROGRESS_STATUSES, type ValidationProgress } from '../../../domain/change/proof/validation-progress.ts';
import { type PublishedEvent, visibleData } from '../../../domain/event/event.ts';
import { followEvents } from '../../../operations/events/follow-events.ts';
import { followProgress } from '../../../operations/validations/follow-progress.ts';
import type { Builder } from '../builder.ts';
import { orThrow, streamOf } from './event-stream.ts';

/** What happens, as it happens: the outbox, and validations in a run. */
export function addEvents(builder: Builder): void {
  const event = builder.objectRef<PublishedEvent>('Event').implement({
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false, description: 'The cursor: subscribe with it as `after` to go on behind this event.' }),
      type: t.exposeString('type', { nullable: false, description: 'An action of the audit, such as `connection.update`.' }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      entityId: t.string({
        description: 'Of the connection for types that begin with `connection`, `change`, `lease` or `version`.',
        resolve: (row) => row.entityId || null,
      }),
      data: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'Ids, numbers and words of closed lists.',
        resolve: (row) => visibleData(row),
      }),
    }),
  });
  const status = builder.enumType('ValidationProgressStatus', {
    values: Object.fromEntries(PROGRESS_STATUSES.map((value) => [value.toUpperCase(), { value }])),
  });
  const progress = builder.objectRef<ValidationProgress>('ValidationProgress').implement({
    fields: (t) => ({
      connectionId: t.exposeID('connectionId', { nullable: false }),
      changeId: t.exposeID('changeId', { description: 'Null where a saved version is validated.' }),
      validationName: t.exposeString('validator', { nullable: false }),
      status: t.field({
        type: status,
        nullable: false,
        description: 'RUNNING when it begins. ABORTED: it was not run to its end.',
        resolve: (row) => row.status,
      }),
      codes: t.stringList({ nullable: false, description: 'Of what it found: validation codes.', resolve: (row) => [...row.codes] }),
      startedAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.startedAt }),
      finishedAt: t.field({ type: 'DateTime', resolve: (row) => row.finishedAt }),
    }),
  });

  builder.subscriptionFields((t) => ({
    events: t.field({
      type: event,
      nullable: false,
      description:
        'What is done in the project, in its order; none is left out and none comes twice. Without `after` from now on. Events of connections and integrations need the permission "read", all others "audit".',
      args: {
        after: t.arg.id(),
        types: t.arg.stringList({ description: 'Actions of the audit; all that the token may be told of unless given.' }),
        connectionId: t.arg({ type: 'UUID' }),
      },
      subscribe: (_, { after, types, connectionId }, { services, actor, signal }) =>
        streamOf(signal, (ending) =>
          followEvents(
            services,
            actor,
            {
              after: after === undefined || after === null ? null : String(after),
              types: types ?? null,
              connectionId: connectionId ?? null,
            },
            ending,
          ),
        ),
      resolve: orThrow,
    }),
    validationProgress: t.field({
      type: progress,
      nullable: false,
      description:
        'Each validator of a change, by its temporary key, or of a connection, as it begins and as it ends. What is told while nobody listens is not told again.',
      args: { key: t.arg.string(), connectionId: t.arg({ type: 'UUID' }) },
      subscribe: (_, { key, connectionId }, { services, actor, signal }) =>
        streamOf(signal, (ending) => followProgress(services, actor, { key: key ?? null, connectionId: connectionId ?? null }, ending)),
      resolve: orThrow,
    }),
  }));
}
