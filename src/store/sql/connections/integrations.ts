import { and, asc, eq, getTableColumns, inArray, isNull, notExists, type SQL } from 'drizzle-orm';
import type { Integration, Scope } from '../../../domain/connection/connection.ts';
import { nameKey, nameTaken } from '../../../domain/connection/names.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { IntegrationReaders, IntegrationWriters } from '../../../domain/integration/integration-store.ts';
import { isUniqueViolation } from '../../store-error.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { preparedInScope } from '../statements/prepared.ts';

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

export function integrationReaders(source: SignedSource, tables: Tables): IntegrationReaders {
  const { db } = source;
  const { integrations } = tables;
  const within = (scope: Scope) => withinScope(tables, scope);
  return {
    find: async (scope, id) => verifiedOne<Integration>(source, integrations, await findOne(source, tables, scope, { id })),
    findMany: (scope, ids) =>
      inChunks(ids, async (some) =>
        listed<Integration>(
          source,
          integrations,
          await db
            .select()
            .from(integrations)
            .where(and(within(scope), inArray(integrations.id, some))),
        ),
      ),
    findByName: async (scope, namespace, name) =>
      verifiedOne<Integration>(
        source,
        integrations,
        await db
          .select()
          .from(integrations)
          .where(and(within(scope), eq(integrations.namespace, namespace), eq(integrations.nameKey, nameKey(name)))),
      ),
    findCluster: async (scope, systemId, externalClusterId, type) =>
      verifiedOne<Integration>(
        source,
        integrations,
        await db
          .select()
          .from(integrations)
          .where(
            and(
              within(scope),
              eq(integrations.streamingSystemId, systemId),
              eq(integrations.externalClusterId, externalClusterId),
              eq(integrations.type, type),
            ),
          ),
      ),
    ofSystem: async (scope, systemId, limit) =>
      listed<Integration>(
        source,
        integrations,
        await db
          .select()
          .from(integrations)
          .where(and(within(scope), eq(integrations.streamingSystemId, systemId)))
          .orderBy(asc(integrations.createdAt), asc(integrations.id))
          .limit(atMost(limit)),
      ),
    all: async (scope, limit) =>
      listed<Integration>(
        source,
        integrations,
        await db
          .select()
          .from(integrations)
          .where(within(scope))
          .orderBy(asc(integrations.createdAt), asc(integrations.id))
          .limit(atMost(limit)),
      ),
  };
}

interface Stored extends Integration {
  readonly nameKey: string;
  readonly deletedAt: number | null;
}

export function integrationWriters(tx: SignedTransaction, tables: Tables): IntegrationWriters {
  const { db } = tx;
  const { integrations, connections } = tables;
  const readers = integrationReaders(tx, tables);
  const alter = async (scope: Scope, id: string, set: Partial<Stored>, guard?: SQL) =>
    (await alterRow<typeof integrations, Stored>(
      tx,
      { tables, table: integrations, id: { id } },
      ({ projectId, deletedAt }) => (projectId === scope.projectId && deletedAt === null ? set : null),
      { guard },
    )) !== null;
  return {
    async insert(integration) {
      await requireSystem(tx, tables, integration);
      const inserted = await db
        .insert(integrations)
        .values(withMac(tx, integrations, { nameKey: nameKey(integration.name), ...integration }))
        .onConflictDoNothing()
        .returning({ id: integrations.id });
      return inserted.length > 0;
    },
    async rename(scope, id, name, { by, now }) {
      const own = await readers.find(scope, id);
      if (own === null) return 'gone';
      const rival = await readers.findByName({ ...scope, integrationIds: null }, own.namespace, name);
      if (rival !== null && rival.id !== id) return 'taken';
      try {
        // The unique index refuses the second of two callers that take a name at the same moment.
        const renamed = await alter(scope, id, { name, nameKey: nameKey(name), updatedAt: now, updatedBy: by });
        return renamed ? 'renamed' : 'gone';
      } catch (error) {
        if (isUniqueViolation(error)) throw nameTaken('An integration', 'name');
        throw error;
      }
    },
    async removeIfEmpty(scope, id, now) {
      if ((await readers.find(scope, id)) === null) return false;
      // Locked before the statement runs, so that the statement sees a connection that is being added.
      await tx.lock(id, 'exclusive');
      return await alter(
        scope,
        id,
        { deletedAt: now, updatedAt: now },
        notExists(
          db
            .select({ id: connections.id })
            .from(connections)
            .where(and(eq(connections.integrationId, id), isNull(connections.deletedAt))),
        ),
      );
    },
    ...readers,
  };
}

/** Whoever removes the system waits, or has removed it: no cluster is left without one. */
async function requireSystem(
  tx: SignedTransaction,
  { streamingSystems }: Tables,
  { projectId, streamingSystemId }: Integration,
): Promise<void> {
  if (streamingSystemId === null) return;
  await tx.lock(streamingSystemId, 'shared');
  const [system] = await tx.db
    .select({ id: streamingSystems.id })
    .from(streamingSystems)
    .where(and(eq(streamingSystems.projectId, projectId), eq(streamingSystems.id, streamingSystemId), isNull(streamingSystems.deletedAt)));
  if (system === undefined) throw notFound('streaming system', streamingSystemId);
}
