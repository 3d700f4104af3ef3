import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  notExists,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Scope, Version, VersionLabel } from '../../../domain/connection/connection.ts';
import { isOverlapOver } from '../../../domain/version/retirement.ts';
import { SHORT_SETTINGS, type VersionPlace, type VersionReaders, type VersionWriters } from '../../../domain/version/version-store.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { asStored, intactOf, listed, verified, verifiedOne } from '../signing/read-signed.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { ofConnectionsInScope } from '../statements/in-scope.ts';
import { preparedInScope, rowsOf } from '../statements/prepared.ts';
import { inUse, openChange } from './contents.ts';

const findOne = preparedInScope('versions_find', ['connectionId', 'version'], (db, tables, scope, { connectionId, version }) => ({
  columns: getTableColumns(tables.versions),
  statement: db
    .select()
    .from(tables.versions)
    .where(and(withinScope(db, tables, scope), eq(tables.versions.connectionId, connectionId), eq(tables.versions.version, version))),
}));
const insertVersion = signedInsert('versions_insert', ({ versions }) => versions);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.versions, scope);
}

export function versionReaders(source: SignedSource, tables: Tables): VersionReaders {
  const { db } = source;
  const { leases, versions } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  /**
   * Versions whose time has passed, in pages. Whether something still keeps a version is checked afterwards, so that each kept version is
   * read once per pass and not again and again.
   */
  const pageBy = async (
    time: typeof versions.validUntil | typeof versions.retiredAt,
    which: SQL | undefined,
    until: number,
    { limit, after }: { readonly limit: number; readonly after: VersionPlace | null },
  ) =>
    await db
      .select()
      .from(versions)
      .where(
        and(
          which,
          lte(time, until),
          gte(time, after?.at ?? 0),
          sql`(${time}, ${versions.connectionId}, ${versions.version}) > (${after?.at ?? 0}, ${after?.id ?? ''}, ${after?.version ?? 0})`,
        ),
      )
      .orderBy(asc(time), asc(versions.connectionId), asc(versions.version))
      .limit(atMost(limit));
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
    async retirable(now, limit, after = null) {
      const page = await pageBy(versions.validUntil, labelled(tables, 'PREVIOUS'), now, { limit, after });
      const ids = page.map(({ connectionId }) => connectionId);
      const held = await inChunks(
        ids,
        async (chunk) =>
          await db
            .select({ connectionId: leases.connectionId, version: leases.version })
            .from(leases)
            .where(and(inArray(leases.connectionId, chunk), isNull(leases.releasedAt), gt(leases.expiresAt, now))),
      );
      const pinned = new Set(held.map(({ connectionId, version }) => `${connectionId}/${version}`));
      const rows = page.filter(({ connectionId, version }) => !pinned.has(`${connectionId}/${version}`));
      return { rows: intactOf<Version>(source, versions, rows), next: placeOf(page, limit, ({ validUntil }) => validUntil) };
    },
    async destroyable(before, limit, after = null) {
      // A reference has no ciphertext to destroy.
      const isSealed = and(labelled(tables, 'RETIRED'), isNull(versions.destroyedAt), isNotNull(versions.contentId));
      const page = await pageBy(versions.retiredAt, isSealed, before, { limit, after });
      const needed = new Set<string>();
      for (const contentId of new Set(page.map((row) => row.contentId ?? ''))) {
        const [version] = await inUse(db, tables, contentId, before).limit(atMost(1));
        const [change] = version === undefined ? await openChange(db, tables, contentId).limit(atMost(1)) : [];
        if (version !== undefined || change !== undefined) needed.add(contentId);
      }
      const rows = page.filter(({ contentId }) => !needed.has(contentId ?? ''));
      return { rows: intactOf<Version>(source, versions, rows), next: placeOf(page, limit, ({ retiredAt }) => retiredAt) };
    },
    async waiting(most) {
      const some = db
        .select({ createdAt: versions.createdAt })
        .from(versions)
        .where(labelled(tables, 'PREVIOUS'))
        .orderBy(asc(versions.validUntil))
        .limit(atMost(most))
        .as('some');
      const [row] = await db.select({ count: count(), oldest: min(some.createdAt) }).from(some);
      return { count: Number(row?.count ?? 0), oldest: row?.oldest == null ? null : Number(row.oldest) };
    },
  };
}

type Timed = Pick<Version, 'connectionId' | 'version' | 'validUntil' | 'retiredAt'>;

function placeOf(page: readonly Timed[], limit: number, timeOf: (version: Timed) => number | null): VersionPlace | null {
  const last = page.at(-1);
  return page.length < limit || last === undefined ? null : { at: timeOf(last) ?? 0, id: last.connectionId, version: last.version };
}

/** Versions whose settings are short, or the others. What else is long in a row comes from the settings. */
export function ofLength({ versions }: Tables, settings: 'short' | 'long'): SQL {
  const length = sql`length(${versions.settings})`;
  return settings === 'short' ? lte(length, SHORT_SETTINGS) : gt(length, SHORT_SETTINGS);
}

/** Written into the statement instead of as a parameter: otherwise the indexes of one label would not be used. */
export function labelled({ versions }: Tables, label: VersionLabel): SQL {
  return sql`${versions.label} = ${sql.raw(`'${label}'`)}`;
}

export function versionWriters(tx: SignedTransaction, tables: Tables): VersionWriters {
  const { db } = tx;
  const { versions } = tables;
  const alter = async (connectionId: string, version: number, change: (row: Version) => Partial<Version> | null, guard?: SQL) =>
    (await alterRow<typeof versions, Version>(tx, { tables, table: versions, id: { connectionId, version } }, change, { guard })) !== null;
  return {
    relink: async ({ connectionId, version, cipherHash, keyGeneration, rowMac }) =>
      void (await alter(connectionId, version, () => ({ cipherHash, keyGeneration, rowMac }))),
    append: (version) => insertVersion(tx, tables, version),
    bind: (connectionId, version, boundTo) =>
      alter(connectionId, version, (row) =>
        row.label === 'CURRENT' && row.boundTo === null && row.reference !== null ? { boundTo } : null,
      ),
    demote: (connectionId, version, validUntil) =>
      alter(connectionId, version, ({ label }) => (label === 'CURRENT' ? { label: 'PREVIOUS', validUntil } : null)),
    retire: (connectionId, version, now) =>
      alter(
        connectionId,
        version,
        (row) => (isOverlapOver(row, now) ? { label: 'RETIRED', retiredAt: now } : null),
        notExists(liveLeaseOf(db, tables, { connectionId, version }, now)),
      ),
    async retireAll(connectionId, now) {
      const live = await db
        .select({ version: versions.version })
        .from(versions)
        .where(and(eq(versions.connectionId, connectionId), sql`${versions.label} <> 'RETIRED'`));
      for (const { version } of live)
        await alter(connectionId, version, ({ label }) => (label === 'RETIRED' ? null : { label: 'RETIRED', retiredAt: now }));
    },
    async markDestroyed(connectionId, version, now) {
      const sealed = db
        .select({ contentId: versions.contentId })
        .from(versions)
        .where(and(eq(versions.connectionId, connectionId), eq(versions.version, version)));
      // Versions that share the content have lost it with this one.
      const sharing = await db
        .select({ connectionId: versions.connectionId, version: versions.version })
        .from(versions)
        .where(and(inArray(versions.contentId, sealed), isNull(versions.destroyedAt), labelled(tables, 'RETIRED')));
      let isMarked = false;
      for (const row of sharing) {
        const done = await alter(row.connectionId, row.version, ({ label, destroyedAt }) =>
          label === 'RETIRED' && destroyedAt === null ? { destroyedAt: now } : null,
        );
        if (done && row.connectionId === connectionId && row.version === version) isMarked = true;
      }
      return isMarked;
    },
    ...versionReaders(tx, tables),
  };
}

/** A live lease that pins one version. */
function liveLeaseOf(db: Database, { leases }: Tables, { connectionId, version }: Pick<Version, 'connectionId' | 'version'>, now: number) {
  return db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.connectionId, connectionId), eq(leases.version, version), isNull(leases.releasedAt), gt(leases.expiresAt, now)));
}
