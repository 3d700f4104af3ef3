import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  notExists,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Scope, Version, VersionLabel } from '../../domain/connection.ts';
import type { VersionReaders, VersionWriters } from '../../domain/store.ts';
import type { Database, EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { inUse, openChange } from './contents.ts';
import { inChunks } from './in-chunks.ts';
import { ofConnectionsInScope } from './in-scope.ts';
import { prepared, preparedInScope, preparedInsert } from './prepared.ts';
import { first, trusted } from './trusted.ts';

const findOne = preparedInScope('versions_find', ['connectionId', 'version'], (db, tables, scope, { connectionId, version }) => ({
  columns: getTableColumns(tables.versions),
  statement: db
    .select()
    .from(tables.versions)
    .where(and(withinScope(db, tables, scope), eq(tables.versions.connectionId, connectionId), eq(tables.versions.version, version))),
}));
const demoteCurrent = prepared('versions_demote', (db, tables) => {
  const { versions } = tables;
  return {
    columns: { version: versions.version },
    statement: db
      .update(versions)
      .set({ label: 'PREVIOUS', validUntil: sql`${sql.placeholder('validUntil')}` })
      .where(
        and(
          eq(versions.connectionId, sql.placeholder('connectionId')),
          eq(versions.version, sql.placeholder('version')),
          labelled(tables, 'CURRENT'),
        ),
      )
      .returning({ version: versions.version }),
  };
});
const insertVersion = preparedInsert('versions_insert', ({ versions }) => versions);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.versions, scope);
}

export function versionReaders(source: StatementSource, tables: Tables): VersionReaders {
  const { db } = source;
  const { versions } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  return {
    find: async (scope, connectionId, version) => first<Version>(await findOne(source, tables, scope, { connectionId, version })),
    list: async (scope, connectionId, { limit, before }) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(and(within(scope), eq(versions.connectionId, connectionId), before === null ? undefined : lt(versions.version, before)))
          .orderBy(desc(versions.version))
          .limit(atMost(limit)),
      ),
    chain: async (connectionId) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(eq(versions.connectionId, connectionId))
          .orderBy(asc(versions.version))
          .limit(atMost(10_000)),
      ),
    currentOf: (scope, ids) =>
      inChunks(ids, async (some) =>
        trusted<Version>(
          await db
            .select()
            .from(versions)
            .where(and(within(scope), labelled(tables, 'CURRENT'), inArray(versions.connectionId, some))),
        ),
      ),
    scan: async (after, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(
            after === null
              ? undefined
              : or(
                  gt(versions.connectionId, after.connectionId),
                  and(eq(versions.connectionId, after.connectionId), gt(versions.version, after.version)),
                ),
          )
          .orderBy(asc(versions.connectionId), asc(versions.version))
          .limit(atMost(limit)),
      ),
    storedOf: async (connectionIds) =>
      new Set(
        await inChunks(connectionIds, async (chunk) =>
          (
            await db.selectDistinct({ connectionId: versions.connectionId }).from(versions).where(inArray(versions.connectionId, chunk))
          ).map(({ connectionId }) => connectionId),
        ),
      ),
    retirable: async (now, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(and(labelled(tables, 'PREVIOUS'), lte(versions.validUntil, now), notExists(liveLease(db, tables, now))))
          .orderBy(asc(versions.validUntil), asc(versions.connectionId))
          .limit(atMost(limit)),
      ),
    destroyable: async (before, limit) =>
      trusted<Version>(
        await db
          .select()
          .from(versions)
          .where(
            and(
              labelled(tables, 'RETIRED'),
              isNull(versions.destroyedAt),
              // Of a reference there is nothing to destroy.
              isNotNull(versions.contentId),
              lte(versions.retiredAt, before),
              notExists(inUse(db, tables, versions.contentId, before)),
              notExists(openChange(db, tables, versions.contentId)),
            ),
          )
          .orderBy(asc(versions.retiredAt), asc(versions.connectionId))
          .limit(atMost(limit)),
      ),
    async waiting() {
      const [row] = await db
        .select({ count: count(), oldest: min(versions.createdAt) })
        .from(versions)
        .where(labelled(tables, 'PREVIOUS'));
      return { count: Number(row?.count ?? 0), oldest: row?.oldest == null ? null : Number(row.oldest) };
    },
  };
}

/** Correlated with `versions`: a live lease that pins the row. */
function liveLease(db: Database, { leases, versions }: Tables, now: number) {
  return db
    .select({ id: leases.id })
    .from(leases)
    .where(
      and(
        eq(leases.connectionId, versions.connectionId),
        eq(leases.version, versions.version),
        isNull(leases.releasedAt),
        gt(leases.expiresAt, now),
      ),
    );
}

/** In words, not as a parameter: the indexes of one label are used only where the statement itself says so. */
export function labelled({ versions }: Tables, label: VersionLabel): SQL {
  return sql`${versions.label} = ${sql.raw(`'${label}'`)}`;
}

export function versionWriters(tx: EngineTransaction, tables: Tables): VersionWriters {
  const { db } = tx;
  const { versions } = tables;
  const one = (connectionId: string, version: number) => and(eq(versions.connectionId, connectionId), eq(versions.version, version));
  return {
    relink: async ({ connectionId, version, cipherHash, keyGeneration, rowMac }) =>
      void (await db.update(versions).set({ cipherHash, keyGeneration, rowMac }).where(one(connectionId, version))),
    append: (version) => insertVersion(tx, tables, version),
    bind: async (connectionId, version, boundTo) =>
      (
        await db
          .update(versions)
          .set({ boundTo })
          .where(and(one(connectionId, version), labelled(tables, 'CURRENT'), isNull(versions.boundTo), isNotNull(versions.reference)))
          .returning({ version: versions.version })
      ).length > 0,
    demote: async (connectionId, version, validUntil) =>
      (await demoteCurrent(tx, tables, { connectionId, version, validUntil })).length > 0,
    retire: async (connectionId, version, now) =>
      (
        await db
          .update(versions)
          .set({ label: 'RETIRED', retiredAt: now })
          .where(
            and(
              one(connectionId, version),
              labelled(tables, 'PREVIOUS'),
              lte(versions.validUntil, now),
              notExists(liveLease(db, tables, now)),
            ),
          )
          .returning({ version: versions.version })
      ).length > 0,
    retireAll: async (connectionId, now) =>
      void (await db
        .update(versions)
        .set({ label: 'RETIRED', retiredAt: now })
        .where(and(eq(versions.connectionId, connectionId), sql`${versions.label} <> 'RETIRED'`))),
    async markDestroyed(connectionId, version, now) {
      const sealed = db.select({ contentId: versions.contentId }).from(versions).where(one(connectionId, version));
      // Versions that share the content have lost it with this one.
      const destroyed = await db
        .update(versions)
        .set({ destroyedAt: now })
        .where(and(inArray(versions.contentId, sealed), isNull(versions.destroyedAt), labelled(tables, 'RETIRED')))
        .returning({ connectionId: versions.connectionId, version: versions.version });
      return destroyed.some((row) => row.connectionId === connectionId && row.version === version);
    },
    ...versionReaders(tx, tables),
  };
}
