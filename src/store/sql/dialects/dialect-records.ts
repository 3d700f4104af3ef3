import { and, asc, eq, inArray } from 'drizzle-orm';
import type { DialectRecord, DialectRecordReaders, DialectRecordWriters, RecordKind } from '../../../domain/dialect/dialect-record.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';

export function dialectRecordReaders(source: SignedSource, { dialectRecords }: Tables): DialectRecordReaders {
  const { db } = source;
  const ofKind = (projectId: string, { dialect, entity }: RecordKind) =>
    and(eq(dialectRecords.projectId, projectId), eq(dialectRecords.dialect, dialect), eq(dialectRecords.entity, entity));
  return {
    find: async (projectId, kind, key) =>
      verifiedOne<DialectRecord>(
        source,
        dialectRecords,
        await db
          .select()
          .from(dialectRecords)
          .where(and(ofKind(projectId, kind), eq(dialectRecords.key, key))),
      ),
    list: async (projectId, kind, { parentId, parentIds }, limit) =>
      listed<DialectRecord>(
        source,
        dialectRecords,
        await db
          .select()
          .from(dialectRecords)
          .where(
            and(
              ofKind(projectId, kind),
              parentId === undefined ? undefined : eq(dialectRecords.parentId, parentId),
              parentIds === undefined ? undefined : inArray(dialectRecords.parentId, [...parentIds]),
            ),
          )
          .orderBy(asc(dialectRecords.createdAt), asc(dialectRecords.id))
          .limit(atMost(limit)),
      ),
  };
}

export function dialectRecordWriters(tx: SignedTransaction, tables: Tables): DialectRecordWriters {
  const { db } = tx;
  const { dialectRecords } = tables;
  return {
    insert: async (record) =>
      (
        await db
          .insert(dialectRecords)
          .values(withMac(tx, dialectRecords, { ...record }))
          .onConflictDoNothing()
          .returning({ id: dialectRecords.id })
      ).length > 0,
    update: (projectId, id, data, { by, now }) =>
      alterRow<typeof dialectRecords, DialectRecord>(tx, { tables, table: dialectRecords, id: { id } }, (record) =>
        record.projectId === projectId ? { data, updatedAt: now, updatedBy: by } : null,
      ),
    remove: async (projectId, id) =>
      (
        await db
          .delete(dialectRecords)
          .where(and(eq(dialectRecords.projectId, projectId), eq(dialectRecords.id, id)))
          .returning({ id: dialectRecords.id })
      ).length > 0,
    removeOf: async (projectId, parentId) =>
      void (await db
        .delete(dialectRecords)
        .where(and(eq(dialectRecords.projectId, projectId), eq(dialectRecords.parentId, parentId)))
        .returning({ id: dialectRecords.id })),
    ...dialectRecordReaders(tx, tables),
  };
}
