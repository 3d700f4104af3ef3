import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { IdempotencyRow, IdempotencyWriters } from '../../../domain/ports/idempotency-store.ts';
import { unavailable } from '../../store-error.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { verifiedOne } from '../signing/read-signed.ts';
import { isIntact, withMac } from '../signing/row-mac.ts';
import type { SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { placeholdersOf, prepared } from '../statements/prepared.ts';

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
    .set({ answer: sql`${sql.placeholder('answer')}`, keyGeneration: sql`${sql.placeholder('keyGeneration')}` })
    .where(
      and(eq(idempotency.tokenId, sql.placeholder('tokenId')), eq(idempotency.key, sql.placeholder('key')), isNull(idempotency.answer)),
    ),
}));

export function idempotencyWriters(tx: SignedTransaction, tables: Tables): IdempotencyWriters {
  const { db } = tx;
  const { idempotency } = tables;
  const one = (tokenId: string, key: string) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));
  const alter = (tokenId: string, key: string, change: (row: IdempotencyRow) => Partial<IdempotencyRow> | null) =>
    alterRow<typeof idempotency, IdempotencyRow>(tx, { tables, table: idempotency, id: { tokenId, key } }, change);
  return {
    async take(row, now) {
      const { tokenId, key } = row;
      await dropExpired(tx, tables, { tokenId, key, now });
      const inserted = await insertFree(tx, tables, withMac(tx, idempotency, { ...row }));
      if (inserted.length > 0) return { taken: true, row };
      const over = await alter(tokenId, key, ({ answer, takenUntil, requestHash }) =>
        answer === null && takenUntil <= now && requestHash.equals(row.requestHash) ? { takenUntil: row.takenUntil } : null,
      );
      if (over !== null) return { taken: true, row: over };
      const other = verifiedOne<IdempotencyRow>(tx, idempotency, await db.select().from(idempotency).where(one(tokenId, key)));
      // It expired between two statements, and the maintenance of another gateway removed it.
      if (other === null) throw unavailable();
      return { taken: false, row: other };
    },
    // The first answer stays: a run that outlived its hold doesn't replace what another one answered.
    finish: async (tokenId, key, answer, keyGeneration) => void (await finishOne(tx, tables, { tokenId, key, answer, keyGeneration })),
    release: async (tokenId, key, held) =>
      void (await alter(tokenId, key, ({ answer, takenUntil }) => (answer === null && takenUntil === held ? { takenUntil: 0 } : null))),
    forget: async (tokenId, key, takenUntil) =>
      void (await db.delete(idempotency).where(and(one(tokenId, key), isNull(idempotency.answer), eq(idempotency.takenUntil, takenUntil)))),
    async releaseAll() {
      const held = await db
        .select()
        .from(idempotency)
        .where(and(isNull(idempotency.answer), gt(idempotency.takenUntil, 0)));
      // An altered row is left alone; whoever reads it gets INTEGRITY.
      for (const row of held)
        if (isIntact(tx, idempotency, row)) await alter(row.tokenId, row.key, ({ answer }) => (answer === null ? { takenUntil: 0 } : null));
    },
    async prune(now, limit) {
      const old = db
        .select({ tokenId: idempotency.tokenId, key: idempotency.key })
        .from(idempotency)
        .where(lte(idempotency.expiresAt, now))
        .orderBy(asc(idempotency.expiresAt))
        .limit(atMost(limit));
      const deleted = await db
        .delete(idempotency)
        .where(sql`(${idempotency.tokenId}, ${idempotency.key}) in ${old}`)
        .returning({ key: idempotency.key });
      return deleted.length;
    },
  };
}
