import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lte, min, ne, notExists, or } from 'drizzle-orm';
import type { SealedContent, Version } from '../../domain/connection.ts';
import type { ContentReaders, ContentWriters, VersionReaders, VersionWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { first, trusted } from './trusted.ts';

export function versionReaders(db: Database, tables: Tables): VersionReaders {
  const { versions } = tables;
  return {
    find: async (scope, connectionId, version) =>
      first<Version>(await db.select().from(versions).where(and(eq(versions.projectId, scope.projectId), eq(versions.connectionId, connectionId), eq(versions.version, version)))),
    list: async (scope, connectionId) =>
      trusted<Version>(await db.select().from(versions).where(and(eq(versions.projectId, scope.projectId), eq(versions.connectionId, connectionId))).orderBy(desc(versions.version)).limit(1000)),
    currentOf: async (scope, ids) =>
      ids.length === 0
        ? []
        : trusted<Version>(await db.select().from(versions).where(and(eq(versions.projectId, scope.projectId), eq(versions.label, 'CURRENT'), inArray(versions.connectionId, [...ids])))),
    scan: async (after, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(after === null ? undefined : or(gt(versions.connectionId, after.connectionId), and(eq(versions.connectionId, after.connectionId), gt(versions.version, after.version))))
          .orderBy(asc(versions.connectionId), asc(versions.version))
          .limit(limit),
      ),
    retirable: async (now, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.label, 'PREVIOUS'), lte(versions.validUntil, now), notExists(liveLease(db, tables, now))))
          .orderBy(asc(versions.validUntil), asc(versions.connectionId))
          .limit(limit),
      ),
    destroyable: async (before, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.label, 'RETIRED'), isNull(versions.destroyedAt), lte(versions.retiredAt, before), notExists(inUse(db, tables, versions.contentId))))
          .orderBy(asc(versions.retiredAt), asc(versions.connectionId))
          .limit(limit),
      ),
    async waiting() {
      const [row] = await db.select({ count: count(), oldest: min(versions.createdAt) }).from(versions).where(eq(versions.label, 'PREVIOUS'));
      return { count: Number(row?.count ?? 0), oldest: row?.oldest == null ? null : Number(row.oldest) };
    },
  };
}

/** Correlated with `versions`: a live lease that pins the row. */
function liveLease(db: Database, { leases, versions }: Tables, now: number) {
  return db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.connectionId, versions.connectionId), eq(leases.version, versions.version), isNull(leases.releasedAt), gt(leases.expiresAt, now)));
}

/** An open change that holds the content. Content of a version in use is excluded by the caller's own statement. */
function inUse(db: Database, { changes }: Tables, contentId: Tables['versions']['contentId'] | string) {
  return db.select({ id: changes.id }).from(changes).where(and(eq(changes.contentId, contentId), inArray(changes.state, ['OPEN', 'PENDING'])));
}

export function versionWriters(db: Database, tables: Tables): VersionWriters {
  const { versions } = tables;
  const one = (connectionId: string, version: number) => and(eq(versions.connectionId, connectionId), eq(versions.version, version));
  return {
    ...versionReaders(db, tables),
    append: async (version) => void (await db.insert(versions).values(version)),
    demote: async (connectionId, version, validUntil) =>
      (await db.update(versions).set({ label: 'PREVIOUS', validUntil }).where(and(one(connectionId, version), eq(versions.label, 'CURRENT'))).returning({ version: versions.version })).length > 0,
    retire: async (connectionId, version, now) =>
      (
        await db
          .update(versions)
          .set({ label: 'RETIRED', retiredAt: now })
          .where(and(one(connectionId, version), eq(versions.label, 'PREVIOUS'), lte(versions.validUntil, now), notExists(liveLease(db, tables, now))))
          .returning({ version: versions.version })
      ).length > 0,
    retireAll: async (connectionId, now) => void (await db.update(versions).set({ label: 'RETIRED', retiredAt: now }).where(and(eq(versions.connectionId, connectionId), ne(versions.label, 'RETIRED')))),
    markDestroyed: async (connectionId, version, now) =>
      (await db.update(versions).set({ destroyedAt: now }).where(and(one(connectionId, version), isNull(versions.destroyedAt), eq(versions.label, 'RETIRED'))).returning({ version: versions.version })).length > 0,
  };
}

export function contentReaders(db: Database, { sealedContents }: Tables): ContentReaders {
  return {
    find: async ({ projectId }, id) => first<SealedContent>(await db.select().from(sealedContents).where(and(eq(sealedContents.projectId, projectId), eq(sealedContents.id, id)))),
  };
}

export function contentWriters(db: Database, tables: Tables): ContentWriters {
  const { sealedContents, versions } = tables;
  return {
    ...contentReaders(db, tables),
    insert: async (content) => void (await db.insert(sealedContents).values(content)),
    destroyIfUnused: async (id) =>
      (
        await db
          .update(sealedContents)
          .set({ blob: null })
          .where(
            and(
              eq(sealedContents.id, id),
              isNotNull(sealedContents.blob),
              notExists(db.select({ version: versions.version }).from(versions).where(and(eq(versions.contentId, id), ne(versions.label, 'RETIRED')))),
              notExists(inUse(db, tables, id)),
            ),
          )
          .returning({ id: sealedContents.id })
      ).length > 0,
  };
}
