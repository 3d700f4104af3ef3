import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { IdempotencyRow, IdempotencyWriters } from '../../domain/store.ts';
import type { EngineTransaction } from '../engine.ts';
import { unavailable } from '../store-error.ts';
import type { Tables } from '../tables.ts';
import { placeholdersOf, prepared } from './prepared.ts';
import { first } from './trusted.ts';

const dropExpired = prepared('idempotency_drop', (db, { idempotency }) => ({
  columns: {},
  statement: db
    .delete(idempotency)
    .where(
      and(
        eq(idempotency.tokenId, sql.placeholder('tokenId')),
        eq(idempotency.key, sql.placeholder('key')),
        lte(idempotency.expiresAt, sql.placeholder('now')),
      ),
    ),
}));
const insertFree = prepared('idempotency_insert', (db, { idempotency }) => ({
  columns: { key: idempotency.key },
  statement: db.insert(idempotency).values(placeholdersOf(idempotency)).onConflictDoNothing().returning({ key: idempotency.key }),
}));
const finishOne = prepared('idempotency_finish', (db, { idempotency }) => ({
  columns: {},
  statement: db
    .update(idempotency)
    .set({ answer: sql`${sql.placeholder('answer')}` })
    .where(
      and(eq(idempotency.tokenId, sql.placeholder('tokenId')), eq(idempotency.key, sql.placeholder('key')), isNull(idempotency.answer)),
    ),
}));

export function idempotencyWriters(tx: EngineTransaction, tables: Tables): IdempotencyWriters {
  const { db } = tx;
  const { idempotency } = tables;
  const one = (tokenId: string, key: string) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));
  const held = (tokenId: string, key: string, takenUntil: number) =>
    and(one(tokenId, key), isNull(idempotency.answer), eq(idempotency.takenUntil, takenUntil));
  return {
    async take(row, now) {
      const mine = one(row.tokenId, row.key);
      await dropExpired(tx, tables, { tokenId: row.tokenId, key: row.key, now });
      const inserted = await insertFree(tx, tables, { ...row });
      if (inserted.length > 0) return { taken: true, row };
      const isFree = and(isNull(idempotency.answer), lte(idempotency.takenUntil, now), eq(idempotency.requestHash, row.requestHash));
      const over = first<IdempotencyRow>(
        await db.update(idempotency).set({ takenUntil: row.takenUntil }).where(and(mine, isFree)).returning(),
      );
      if (over !== null) return { taken: true, row: over };
      const other = first<IdempotencyRow>(await db.select().from(idempotency).where(mine));
      // It expired between two statements, and another gateway's housekeeping removed it.
      if (other === null) throw unavailable();
      return { taken: false, row: other };
    },
    // The first answer stays: a run that outlived its hold doesn't replace what another one answered.
    finish: async (tokenId, key, answer) => void (await finishOne(tx, tables, { tokenId, key, answer })),
    release: async (tokenId, key, takenUntil) =>
      void (await db
        .update(idempotency)
        .set({ takenUntil: 0 })
        .where(held(tokenId, key, takenUntil))),
    forget: async (tokenId, key, takenUntil) => void (await db.delete(idempotency).where(held(tokenId, key, takenUntil))),
    releaseAll: async () =>
      void (await db
        .update(idempotency)
        .set({ takenUntil: 0 })
        .where(and(isNull(idempotency.answer), gt(idempotency.takenUntil, 0)))),
    prune: async (now) => (await db.delete(idempotency).where(lte(idempotency.expiresAt, now)).returning({ key: idempotency.key })).length,
  };
}
