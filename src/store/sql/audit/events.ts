import { and, asc, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { EventPlace, OutboxEvent, PublishedEvent } from '../../../domain/event/event.ts';
import type { EventReaders, EventWriters } from '../../../domain/event/event-store.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { prepared, preparedInsert } from '../statements/prepared.ts';
import { first, trusted } from '../statements/trusted.ts';

const insertEvent = preparedInsert('events_insert', ({ events }) => events);
const eventsAfter = prepared('events_after', (db, { events, connections }) => {
  const columns = { ...getTableColumns(events), integrationId: connections.integrationId };
  const placed = sql`(${events.publishedAt}, ${events.createdAt}, ${events.id})`;
  const place = sql`(${sql.placeholder('publishedAt')}, ${sql.placeholder('createdAt')}, ${sql.placeholder('id')})`;
  return {
    columns,
    statement: db
      .select(columns)
      .from(events)
      .leftJoin(connections, eq(connections.id, events.entityId))
      .where(
        and(
          eq(events.projectId, sql.placeholder('projectId')),
          // A comparison of rows enters the index at one place. The bound beside it is the same for a planner that does not see that.
          gte(events.publishedAt, sql.placeholder('publishedAt')),
          sql`${placed} > ${place}`,
        ),
      )
      .orderBy(asc(events.publishedAt), asc(events.createdAt), asc(events.id))
      .limit(atMost(sql.placeholder('limit'))),
  };
});

export function eventReaders(source: StatementSource, tables: Tables): EventReaders {
  const { db } = source;
  const { events } = tables;
  const placeColumns = { publishedAt: events.publishedAt, createdAt: events.createdAt, id: events.id };
  return {
    place: async (projectId, id) =>
      first<EventPlace>(
        await db
          .select(placeColumns)
          .from(events)
          .where(and(eq(events.id, id), eq(events.projectId, projectId), isNotNull(events.publishedAt))),
      ),
    newest: async (projectId) =>
      first<EventPlace>(
        await db
          .select(placeColumns)
          .from(events)
          .where(and(eq(events.projectId, projectId), isNotNull(events.publishedAt)))
          .orderBy(desc(events.publishedAt), desc(events.createdAt), desc(events.id))
          .limit(atMost(1)),
      ),
    async after(projectId, place, limit) {
      const { publishedAt, createdAt, id } = place ?? { publishedAt: 0, createdAt: 0, id: '' };
      return trusted<PublishedEvent>(await eventsAfter(source, tables, { projectId, publishedAt, createdAt, id, limit }));
    },
    hasUnpublished: async () =>
      (
        await db
          .select({ id: events.id })
          .from(events)
          .where(isNull(events.publishedAt))
          .orderBy(asc(events.createdAt), asc(events.id))
          .limit(atMost(1))
      ).length > 0,
  };
}

/**
 * The outbox. Events appear when their transaction commits, and transactions on several database connections do not commit in the order in
 * which they began: neither ids nor times tell what a reader has not seen. So committed events get their order afterwards, as audit rows
 * get their numbers: from one publisher at a time, whose time is later than that of every event before.
 */
export function eventWriters(tx: EngineTransaction, tables: Tables): EventWriters {
  const { db } = tx;
  const { events } = tables;
  const readers = eventReaders(tx, tables);
  return {
    append: (event) => insertEvent(tx, tables, { publishedAt: null, ...event }),
    async publish(limit) {
      await tx.lock('event-publisher', 'exclusive');
      const waiting = trusted<Pick<OutboxEvent, 'id' | 'projectId'>>(
        await db
          .select({ id: events.id, projectId: events.projectId })
          .from(events)
          .where(isNull(events.publishedAt))
          .orderBy(asc(events.createdAt), asc(events.id))
          .limit(atMost(limit)),
      );
      for (const projectId of new Set(waiting.map((event) => event.projectId))) {
        const newest = await readers.newest(projectId);
        // A clock that was set back must not put new events before old ones.
        const publishedAt = Math.max(await tx.now(), (newest?.publishedAt ?? 0) + 1);
        const ids = waiting.filter((event) => event.projectId === projectId).map(({ id }) => id);
        await inChunks(ids, (chunk) =>
          db.update(events).set({ publishedAt }).where(inArray(events.id, chunk)).returning({ id: events.id }),
        );
      }
      return waiting.length;
    },
    ...readers,
  };
}
