import { and, asc, eq, getTableColumns, inArray, isNull, notExists } from 'drizzle-orm';
import { type Integration, nameKey, type Scope } from '../../domain/connection.ts';
import { DomainError } from '../../domain/errors.ts';
import type { IntegrationReaders, IntegrationWriters } from '../../domain/store.ts';
import type { EngineTransaction, StatementSource } from '../engine.ts';
import { isUniqueViolation } from '../store-error.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { inChunks } from './in-chunks.ts';
import { preparedInScope } from './prepared.ts';
import { first, trusted } from './trusted.ts';

const findOne = preparedInScope('integrations_find', ['id'], (db, tables, scope, { id }) => ({
  columns: getTableColumns(tables.integrations),
  statement: db
    .select()
    .from(tables.integrations)
    .where(and(withinScope(tables, scope), eq(tables.integrations.id, id))),
}));

function withinScope({ integrations }: Tables, scope: Scope) {
  return and(
    eq(integrations.projectId, scope.projectId),
    isNull(integrations.deletedAt),
    scope.integrationIds === null ? undefined : inArray(integrations.id, [...scope.integrationIds]),
  );
}

export function integrationReaders(source: StatementSource, tables: Tables): IntegrationReaders {
  const { db } = source;
  const { integrations } = tables;
  const within = (scope: Scope) => withinScope(tables, scope);
  return {
    find: async (scope, id) => first<Integration>(await findOne(source, tables, scope, { id })),
    findMany: (scope, ids) =>
      inChunks(ids, async (some) =>
        trusted<Integration>(
          await db
            .select()
            .from(integrations)
            .where(and(within(scope), inArray(integrations.id, some))),
        ),
      ),
    findByName: async (scope, namespace, name) =>
      first<Integration>(
        await db
          .select()
          .from(integrations)
          .where(and(within(scope), eq(integrations.namespace, namespace), eq(integrations.nameKey, nameKey(name)))),
      ),
    all: async (scope, limit) =>
      trusted<Integration>(
        await db
          .select()
          .from(integrations)
          .where(within(scope))
          .orderBy(asc(integrations.createdAt), asc(integrations.id))
          .limit(atMost(limit)),
      ),
  };
}

export function integrationWriters(tx: EngineTransaction, tables: Tables): IntegrationWriters {
  const { db } = tx;
  const { integrations, connections } = tables;
  const readers = integrationReaders(tx, tables);
  return {
    insert: async (integration) =>
      (
        await db
          .insert(integrations)
          .values({ ...integration, nameKey: nameKey(integration.name) })
          .onConflictDoNothing()
          .returning({ id: integrations.id })
      ).length > 0,
    async rename(scope, id, name, now) {
      const own = await readers.find(scope, id);
      if (own === null) return 'gone';
      const rival = await readers.findByName({ ...scope, integrationIds: null }, own.namespace, name);
      if (rival !== null && rival.id !== id) return 'taken';
      try {
        // A rival that takes the name at the same moment meets the unique index.
        const renamed = await db
          .update(integrations)
          .set({ name, nameKey: nameKey(name), updatedAt: now })
          .where(and(eq(integrations.projectId, scope.projectId), eq(integrations.id, id), isNull(integrations.deletedAt)))
          .returning({ id: integrations.id });
        return renamed.length > 0 ? 'renamed' : 'gone';
      } catch (error) {
        if (isUniqueViolation(error)) throw new DomainError('NAME_TAKEN', 'An integration of that name exists already.', { path: 'name' });
        throw error;
      }
    },
    async removeIfEmpty(scope, id, now) {
      if ((await readers.find(scope, id)) === null) return false;
      // Comes before the statement, so that a connection that is being added is seen by it.
      await tx.lock(id, 'exclusive');
      const removed = await db
        .update(integrations)
        .set({ deletedAt: now, updatedAt: now })
        .where(
          and(
            eq(integrations.projectId, scope.projectId),
            eq(integrations.id, id),
            isNull(integrations.deletedAt),
            notExists(
              db
                .select({ id: connections.id })
                .from(connections)
                .where(and(eq(connections.integrationId, id), isNull(connections.deletedAt))),
            ),
          ),
        )
        .returning({ id: integrations.id });
      return removed.length > 0;
    },
    ...readers,
  };
}
