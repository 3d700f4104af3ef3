import { and, count, eq, inArray } from 'drizzle-orm';
import type { ExternalId, ExternalIdKind, ExternalIdReaders, ExternalIdWriters } from '../../../domain/dialect/external-id.ts';
import type { Tables } from '../../tables/tables.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';

export function externalIdReaders(source: SignedSource, { externalIds }: Tables): ExternalIdReaders {
  const { db } = source;
  const ofKind = ({ dialect, entity }: ExternalIdKind) => and(eq(externalIds.dialect, dialect), eq(externalIds.entity, entity));
  return {
    ofEntities: (kind, entityIds) =>
      inChunks(entityIds, async (some) =>
        listed<ExternalId>(
          source,
          externalIds,
          await db
            .select()
            .from(externalIds)
            .where(and(ofKind(kind), inArray(externalIds.entityId, some))),
        ),
      ),
    findByValue: async (kind, value, projectId) =>
      verifiedOne<ExternalId>(
        source,
        externalIds,
        await db
          .select()
          .from(externalIds)
          .where(and(ofKind(kind), eq(externalIds.value, value), projectId === null ? undefined : eq(externalIds.projectId, projectId)))
          .limit(atMost(1)),
      ),
  };
}

export function externalIdWriters(tx: SignedTransaction, tables: Tables): ExternalIdWriters {
  const { db } = tx;
  const { externalIds } = tables;
  return {
    async count({ dialect, entity }, projectId) {
      const [row] = await db
        .select({ found: count() })
        .from(externalIds)
        .where(and(eq(externalIds.projectId, projectId), eq(externalIds.dialect, dialect), eq(externalIds.entity, entity)));
      return Number(row?.found ?? 0);
    },
    insert: async (id) =>
      void (await db
        .insert(externalIds)
        .values(withMac(tx, externalIds, { ...id }))
        .onConflictDoNothing()),
    ...externalIdReaders(tx, tables),
  };
}
