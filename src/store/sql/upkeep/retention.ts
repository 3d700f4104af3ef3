import { and, asc, eq, exists, inArray, isNull, lte, notExists, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { RetentionWriters } from '../../../domain/ports/upkeep-store.ts';
import type { EngineTransaction } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { isOpen } from '../changes/changes.ts';
import { atMost } from '../statements/at-most.ts';
import { newerThan } from '../statements/keyset.ts';

/** Deletes what nobody needs any more, some rows at a time. Each statement finds its rows by an index, the oldest first. */
export function retentionWriters({ db }: EngineTransaction, tables: Tables): RetentionWriters {
  const { leases, changes, validations, sessions, replayGuards, events, sealedContents, versions } = tables;
  const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

  /**
   * Validations that have to stay: the last run of each validator on a saved version, which says when it was proven, and all runs on an
   * open change, which are its proof.
   */
  function isNeeded(): SQL | undefined {
    const newer = alias(validations, 'newer');
    const later = sql`(${newer.finishedAt}, ${newer.id}) > (${validations.finishedAt}, ${validations.id})`;
    const ofVersion = db.select({ version: versions.version }).from(versions).where(eq(versions.candidateHash, validations.candidateHash));
    const superseded = db
      .select({ id: newer.id })
      .from(newer)
      .where(and(eq(newer.candidateHash, validations.candidateHash), eq(newer.validator, validations.validator), later));
    const ofOpen = db
      .select({ id: changes.id })
      .from(changes)
      .where(and(eq(changes.id, validations.changeId), isOpen(tables)));
    return or(and(exists(ofVersion), notExists(superseded)), exists(ofOpen));
  }

  return {
    async leases(projectId, { begunBy, endedBy }, limit) {
      const old = await db
        .select({ id: leases.id })
        .from(leases)
        // A lease that may still be live ends later than that.
        .where(and(eq(leases.projectId, projectId), lte(leases.acquiredAt, begunBy), lte(leases.endsBy, endedBy)))
        .orderBy(asc(leases.acquiredAt), asc(leases.id))
        .limit(atMost(limit));
      if (old.length > 0) await db.delete(leases).where(inArray(leases.id, idsOf(old)));
      return old.length;
    },
    async changes(projectId, { begunBy, endedBy }, limit) {
      const old = await db
        .select({ id: changes.id, contentId: changes.contentId })
        .from(changes)
        .where(
          and(
            eq(changes.projectId, projectId),
            lte(changes.createdAt, begunBy),
            lte(changes.expiresAt, endedBy),
            sql`${changes.state} in ('COMMITTED', 'DISCARDED')`,
          ),
        )
        .orderBy(asc(changes.createdAt), asc(changes.id))
        .limit(atMost(limit));
      if (old.length === 0) return 0;
      await db.delete(changes).where(inArray(changes.id, idsOf(old)));
      const contents = old.flatMap(({ contentId }) => (contentId === null ? [] : [contentId]));
      // Content that was only staged was destroyed then; its empty row goes with the change.
      if (contents.length > 0)
        await db
          .delete(sealedContents)
          .where(
            and(
              inArray(sealedContents.id, contents),
              isNull(sealedContents.blob),
              notExists(db.select({ version: versions.version }).from(versions).where(eq(versions.contentId, sealedContents.id))),
              notExists(db.select({ id: changes.id }).from(changes).where(eq(changes.contentId, sealedContents.id))),
            ),
          );
      return old.length;
    },
    async validations(before, after, limit) {
      const page = await db
        .select({ id: validations.id, at: validations.finishedAt })
        .from(validations)
        .where(and(lte(validations.finishedAt, before), newerThan(validations.finishedAt, validations.id, after)))
        .orderBy(asc(validations.finishedAt), asc(validations.id))
        .limit(atMost(limit));
      if (page.length === 0) return { deleted: 0, next: null };
      const needed = await db
        .select({ id: validations.id })
        .from(validations)
        .where(and(inArray(validations.id, idsOf(page)), isNeeded()));
      const kept = new Set(idsOf(needed));
      const old = idsOf(page).filter((id) => !kept.has(id));
      if (old.length > 0) await db.delete(validations).where(inArray(validations.id, old));
      return { deleted: old.length, next: page.length < limit ? null : (page.at(-1) ?? null) };
    },
    async sessions(before, limit) {
      const old = await db
        .select({ id: sessions.id })
        .from(sessions)
        .where(lte(sessions.expiresAt, before))
        .orderBy(asc(sessions.expiresAt), asc(sessions.id))
        .limit(atMost(limit));
      if (old.length > 0) await db.delete(sessions).where(inArray(sessions.id, idsOf(old)));
      return old.length;
    },
    async replayGuards(before, limit) {
      const old = await db
        .select({ id: replayGuards.id })
        .from(replayGuards)
        .where(lte(replayGuards.expiresAt, before))
        .orderBy(asc(replayGuards.expiresAt), asc(replayGuards.id))
        .limit(atMost(limit));
      if (old.length > 0) await db.delete(replayGuards).where(inArray(replayGuards.id, idsOf(old)));
      return old.length;
    },
    async events(before, limit) {
      const old = await db
        .select({ id: events.id })
        .from(events)
        .where(lte(events.createdAt, before))
        .orderBy(asc(events.createdAt), asc(events.id))
        .limit(atMost(limit));
      if (old.length > 0) await db.delete(events).where(inArray(events.id, idsOf(old)));
      return old.length;
    },
  };
}
