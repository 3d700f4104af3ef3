import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, min, type SQL, sql } from 'drizzle-orm';
import type { Scope, Version } from '../../../domain/connection/connection.ts';
import type { VersionReaders } from '../../../domain/version/version-store.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { asStored, listed, verified, verifiedOne } from '../signing/read-signed.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { ofConnectionsInScope } from '../statements/in-scope.ts';
import { preparedInScope, rowsOf } from '../statements/prepared.ts';
import { passingVersionReaders } from './passing-versions.ts';
import { labelled, ofLength } from './version-conditions.ts';

const findOne = preparedInScope('versions_find', ['connectionId', 'version'], (db, tables, scope, { connectionId, version }) => ({
  columns: getTableColumns(tables.versions),
  statement: db
    .select()
    .from(tables.versions)
    .where(and(withinScope(db, tables, scope), eq(tables.versions.connectionId, connectionId), eq(tables.versions.version, version))),
}));

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.versions, scope);
}

export function versionReaders(source: SignedSource, tables: Tables): VersionReaders {
  const { db } = source;
  const { versions } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  return {
    find: async (scope, connectionId, version) =>
      verifiedOne<Version>(source, versions, await findOne(source, tables, scope, { connectionId, version })),
    list: async (scope, connectionId, { limit, before }) =>
      listed<Version>(
        source,
        versions,
        await db
          .select()
          .from(versions)
          .where(and(within(scope), eq(versions.connectionId, connectionId), before === null ? undefined : lt(versions.version, before)))
          .orderBy(desc(versions.version))
          .limit(atMost(limit)),
      ),
    chain: async (connectionId, after = 0, limit = 200) =>
      verified<Version>(
        source,
        versions,
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.connectionId, connectionId), gt(versions.version, after)))
          .orderBy(asc(versions.version))
          .limit(atMost(limit)),
      ),
    before: async (connectionId, version) =>
      asStored<Version>(
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.connectionId, connectionId), lt(versions.version, version)))
          .orderBy(desc(versions.version))
          .limit(atMost(1)),
      )[0] ?? null,
    async firstWith(connectionId, contentId) {
      const [row] = await db
        .select({ version: min(versions.version) })
        .from(versions)
        .where(and(eq(versions.contentId, contentId), eq(versions.connectionId, connectionId)));
      return row?.version ?? null;
    },
    async firstOfGenerations(projectId, connectionId, generations) {
      const lowest: number[] = [];
      for (const generation of generations) {
        const [row] = await db
          .select({ version: versions.version })
          .from(versions)
          .where(and(eq(versions.projectId, projectId), eq(versions.keyGeneration, generation), eq(versions.connectionId, connectionId)))
          .orderBy(asc(versions.version))
          .limit(atMost(1));
        if (row !== undefined) lowest.push(row.version);
      }
      return lowest.length === 0 ? null : Math.min(...lowest);
    },
    currentOf: (scope, ids, settings = 'any') =>
      inChunks(ids, async (some) =>
        listed<Version>(
          source,
          versions,
          await rowsOf(
            source,
            getTableColumns(versions),
            db
              .select()
              .from(versions)
              .where(
                and(
                  within(scope),
                  labelled(tables, 'CURRENT'),
                  settings === 'short' ? ofLength(tables, 'short') : undefined,
                  inArray(versions.connectionId, some),
                ),
              ),
          ),
        ),
      ),
    scan: async (after, limit) =>
      asStored<Version>(
        await db
          .select()
          .from(versions)
          // A comparison of rows starts at one place of the index; written column by column, it would start at the very first row.
          .where(sql`(${versions.connectionId}, ${versions.version}) > (${after?.connectionId ?? ''}, ${after?.version ?? 0})`)
          .orderBy(asc(versions.connectionId), asc(versions.version))
          .limit(atMost(limit)),
      ),
    async storedOf(asked) {
      const numbers = [...new Set(asked.map(({ version }) => version))];
      const found = await inChunks(
        asked.map(({ connectionId }) => connectionId),
        async (chunk) =>
          await db
            .select({ connectionId: versions.connectionId, version: versions.version })
            .from(versions)
            .where(and(inArray(versions.connectionId, chunk), inArray(versions.version, numbers))),
      );
      return new Set(found.map(({ connectionId, version }) => `${connectionId}/${version}`));
    },
    ...passingVersionReaders(source, tables),
  };
}
