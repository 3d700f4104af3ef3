import { and, asc, count, gt, gte, inArray, isNotNull, isNull, lte, min, type SQL, sql } from 'drizzle-orm';
import type { Version } from '../../../domain/connection/connection.ts';
import type { VersionPlace, VersionReaders } from '../../../domain/version/version-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { inUse, openChange } from '../connections/contents.ts';
import { intactOf } from '../signing/read-signed.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { labelled } from './version-conditions.ts';

/** Versions that jobs are given no more, until their content is destroyed. */
export function passingVersionReaders(source: SignedSource, tables: Tables): Pick<VersionReaders, 'retirable' | 'destroyable' | 'waiting'> {
  const { db } = source;
  const { leases, versions } = tables;
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
