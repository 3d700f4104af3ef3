import { and, asc, eq, getTableColumns, gt, inArray, isNotNull, lt, notExists, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { SealedContent } from '../../domain/connection.ts';
import type { ContentReaders, ContentWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { isOpen } from './changes.ts';
import { prepared } from './prepared.ts';
import { alterRow, type SignedSource, type SignedTransaction, signedInsert, verified, verifiedOne } from './signed.ts';

const findContent = prepared('contents_find', (db, { sealedContents }) => ({
  columns: getTableColumns(sealedContents),
  statement: db
    .select()
    .from(sealedContents)
    .where(and(eq(sealedContents.projectId, sql.placeholder('projectId')), eq(sealedContents.id, sql.placeholder('id')))),
}));
const insertContent = signedInsert('contents_insert', ({ sealedContents }) => sealedContents);

/** A version that has the content and is in use, or retired too lately: a roll-back gives one content to several versions. */
export function inUse(db: Database, tables: Tables, contentId: Tables['versions']['contentId'] | string, retiredBefore: number) {
  const other = alias(tables.versions, 'other');
  return db
    .select({ version: other.version })
    .from(other)
    .where(and(eq(other.contentId, contentId), or(sql`${other.label} <> 'RETIRED'`, gt(other.retiredAt, retiredBefore))));
}

/** An open change that holds the content. */
export function openChange(db: Database, tables: Tables, contentId: Tables['versions']['contentId'] | string) {
  const { changes } = tables;
  return db
    .select({ id: changes.id })
    .from(changes)
    .where(and(eq(changes.contentId, contentId), isOpen(tables)));
}

export function contentReaders(source: SignedSource, tables: Tables): ContentReaders {
  const { db } = source;
  const { sealedContents, versions, changes } = tables;
  return {
    ofConnection: async (connectionId) => {
      const ofVersions = db.select({ id: versions.contentId }).from(versions).where(eq(versions.connectionId, connectionId));
      const ofChanges = db
        .select({ id: changes.contentId })
        .from(changes)
        .where(and(eq(changes.connectionId, connectionId), isOpen(tables)));
      const found = await Promise.all(
        [ofVersions, ofChanges].map(async (ids) =>
          verified<SealedContent>(source, sealedContents, await db.select().from(sealedContents).where(inArray(sealedContents.id, ids))),
        ),
      );
      return [...new Map(found.flat().map((content) => [content.id, content])).values()];
    },
    connectionsBefore: async (projectId, generation, after, limit) => {
      const signed = await db
        .selectDistinct({ id: versions.connectionId })
        .from(versions)
        .where(and(gt(versions.connectionId, after), eq(versions.projectId, projectId), lt(versions.keyGeneration, generation)))
        .orderBy(asc(versions.connectionId))
        .limit(atMost(limit));
      const sealed = await db
        .selectDistinct({ id: sealedContents.connectionId })
        .from(sealedContents)
        .where(
          and(
            eq(sealedContents.projectId, projectId),
            lt(sealedContents.keyGeneration, generation),
            isNotNull(sealedContents.blob),
            gt(sealedContents.connectionId, after),
          ),
        )
        .orderBy(asc(sealedContents.connectionId))
        .limit(atMost(limit));
      return [...new Set([...signed, ...sealed].map(({ id }) => id))].sort().slice(0, limit);
    },
    find: async ({ projectId }, id) =>
      verifiedOne<SealedContent>(source, sealedContents, await findContent(source, tables, { projectId, id })),
  };
}

export function contentWriters(tx: SignedTransaction, tables: Tables): ContentWriters {
  const { db } = tx;
  const { sealedContents } = tables;
  const alter = async (id: string, change: (content: SealedContent) => Partial<SealedContent> | null, guard?: SQL) =>
    (await alterRow<typeof sealedContents, SealedContent>(tx, tables, sealedContents, { id }, change, { guard })) !== null;
  return {
    reseal: (id, from, { blob, cipherHash, keyGeneration }) =>
      alter(id, (content) => (content.blob !== null && content.cipherHash.equals(from) ? { blob, cipherHash, keyGeneration } : null)),
    insert: (content) => insertContent(tx, tables, content),
    destroyIfUnused: (id, retiredBefore) =>
      alter(
        id,
        (content) => (content.blob === null ? null : { blob: null }),
        and(notExists(inUse(db, tables, id, retiredBefore)), notExists(openChange(db, tables, id))),
      ),
    ...contentReaders(tx, tables),
  };
}
