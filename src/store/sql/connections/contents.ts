import { and, asc, eq, getTableColumns, gt, isNotNull, notExists, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { SealedContent } from '../../../domain/connection/connection.ts';
import type { ContentReaders, ContentWriters } from '../../../domain/version/content-store.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { isOpen } from '../changes/changes.ts';
import { alterRow } from '../signing/alter-row.ts';
import { verified, verifiedOne } from '../signing/read-signed.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';

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
  const { sealedContents, versions } = tables;
  return {
    async ofGenerations(projectId, connectionId, generations, limit) {
      const found: SealedContent[] = [];
      for (const generation of generations)
        found.push(
          ...verified<SealedContent>(
            source,
            sealedContents,
            await db
              .select()
              .from(sealedContents)
              .where(
                and(
                  eq(sealedContents.projectId, projectId),
                  eq(sealedContents.keyGeneration, generation),
                  eq(sealedContents.connectionId, connectionId),
                  isNotNull(sealedContents.blob),
                ),
              )
              .limit(atMost(limit)),
          ),
        );
      return found.slice(0, limit);
    },
    async nextOfGenerations(projectId, generations, after) {
      const next: string[] = [];
      // Each of these reads one entry of an index, however many rows a connection has.
      for (const generation of generations) {
        const [signed] = await db
          .select({ id: versions.connectionId })
          .from(versions)
          .where(and(eq(versions.projectId, projectId), eq(versions.keyGeneration, generation), gt(versions.connectionId, after)))
          .orderBy(asc(versions.connectionId))
          .limit(atMost(1));
        const [sealed] = await db
          .select({ id: sealedContents.connectionId })
          .from(sealedContents)
          .where(
            and(
              eq(sealedContents.projectId, projectId),
              eq(sealedContents.keyGeneration, generation),
              isNotNull(sealedContents.blob),
              gt(sealedContents.connectionId, after),
            ),
          )
          .orderBy(asc(sealedContents.connectionId))
          .limit(atMost(1));
        next.push(...[signed, sealed].flatMap((row) => (row === undefined ? [] : [row.id])));
      }
      return next.sort()[0] ?? null;
    },
    find: async ({ projectId }, id) =>
      verifiedOne<SealedContent>(source, sealedContents, await findContent(source, tables, { projectId, id })),
  };
}

export function contentWriters(tx: SignedTransaction, tables: Tables): ContentWriters {
  const { db } = tx;
  const { sealedContents } = tables;
  const alter = async (id: string, change: (content: SealedContent) => Partial<SealedContent> | null, guard?: SQL) =>
    (await alterRow<typeof sealedContents, SealedContent>(tx, { tables, table: sealedContents, id: { id } }, change, { guard })) !== null;
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
