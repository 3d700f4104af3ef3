import { and, asc, eq, inArray, isNull, notExists, type SQL } from 'drizzle-orm';
import type { Scope } from '../../../domain/connection/connection.ts';
import { nameKey, nameTaken } from '../../../domain/connection/names.ts';
import type { StreamingSystemReaders, StreamingSystemWriters } from '../../../domain/streaming/streaming-store.ts';
import type { StreamingSystem } from '../../../domain/streaming/streaming-system.ts';
import { isUniqueViolation } from '../../store-error.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';

export function streamingSystemReaders(source: SignedSource, { streamingSystems, integrations }: Tables): StreamingSystemReaders {
  const { db } = source;
  const ofProject = (projectId: string) => and(eq(streamingSystems.projectId, projectId), isNull(streamingSystems.deletedAt));
  const holdingOneOf = (integrationIds: Scope['integrationIds']) =>
    integrationIds === null
      ? undefined
      : inArray(
          streamingSystems.id,
          db
            .select({ id: integrations.streamingSystemId })
            .from(integrations)
            .where(and(inArray(integrations.id, [...integrationIds]), isNull(integrations.deletedAt))),
        );
  return {
    find: async (projectId, id) =>
      verifiedOne<StreamingSystem>(
        source,
        streamingSystems,
        await db
          .select()
          .from(streamingSystems)
          .where(and(ofProject(projectId), eq(streamingSystems.id, id))),
      ),
    all: async ({ projectId, integrationIds }, limit) =>
      listed<StreamingSystem>(
        source,
        streamingSystems,
        await db
          .select()
          .from(streamingSystems)
          .where(and(ofProject(projectId), holdingOneOf(integrationIds)))
          .orderBy(asc(streamingSystems.createdAt), asc(streamingSystems.id))
          .limit(atMost(limit)),
      ),
  };
}

interface Stored extends StreamingSystem {
  readonly nameKey: string;
  readonly deletedAt: number | null;
}

export function streamingSystemWriters(tx: SignedTransaction, tables: Tables): StreamingSystemWriters {
  const { db } = tx;
  const { streamingSystems, integrations } = tables;
  const readers = streamingSystemReaders(tx, tables);
  const alter = async (projectId: string, id: string, set: Partial<Stored>, guard?: SQL) =>
    (await alterRow<typeof streamingSystems, Stored>(
      tx,
      { tables, table: streamingSystems, id: { id } },
      (row) => (row.projectId === projectId && row.deletedAt === null ? set : null),
      { guard },
    )) !== null;
  return {
    insert: async (system) =>
      (
        await db
          .insert(streamingSystems)
          .values(withMac(tx, streamingSystems, { nameKey: nameKey(system.name), ...system }))
          .onConflictDoNothing()
          .returning({ id: streamingSystems.id })
      ).length > 0,
    async rename(projectId, id, name, { by, now }) {
      if ((await readers.find(projectId, id)) === null) return 'gone';
      const [rival] = await db
        .select({ id: streamingSystems.id })
        .from(streamingSystems)
        .where(
          and(eq(streamingSystems.projectId, projectId), eq(streamingSystems.nameKey, nameKey(name)), isNull(streamingSystems.deletedAt)),
        );
      if (rival !== undefined && rival.id !== id) return 'taken';
      try {
        // The unique index refuses the second of two callers that take a name at the same moment.
        const renamed = await alter(projectId, id, { name, nameKey: nameKey(name), updatedAt: now, updatedBy: by });
        return renamed ? 'renamed' : 'gone';
      } catch (error) {
        if (isUniqueViolation(error)) throw nameTaken('A streaming system', 'name');
        throw error;
      }
    },
    async removeIfEmpty(projectId, id, by, now) {
      if ((await readers.find(projectId, id)) === null) return false;
      // Comes before the statement, so that a cluster that is being added is seen by it.
      await tx.lock(id, 'exclusive');
      return await alter(
        projectId,
        id,
        { deletedAt: now, updatedAt: now, updatedBy: by },
        notExists(
          db
            .select({ id: integrations.id })
            .from(integrations)
            .where(and(eq(integrations.streamingSystemId, id), isNull(integrations.deletedAt))),
        ),
      );
    },
    ...readers,
  };
}
