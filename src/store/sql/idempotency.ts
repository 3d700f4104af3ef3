import { and, eq, gt, isNull, lte } from 'drizzle-orm';
import type { IdempotencyRow, IdempotencyWriters } from '../../domain/store.ts';
import type { EngineTransaction } from '../engine.ts';
import { unavailable } from '../store-error.ts';
import type { Tables } from '../tables.ts';
import { first } from './trusted.ts';

export function idempotencyWriters({ db }: EngineTransaction, { idempotency }: Tables): IdempotencyWriters {
  const one = (tokenId: string, key: string) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));
  return {
    async take(row, now) {
      const mine = one(row.tokenId, row.key);
      await db.delete(idempotency).where(and(mine, lte(idempotency.expiresAt, now)));
      const inserted = await db.insert(idempotency).values(row).onConflictDoNothing().returning({ key: idempotency.key });
      if (inserted.length > 0) return { taken: true, row };
      const isFree = and(isNull(idempotency.answer), lte(idempotency.takenUntil, now), eq(idempotency.requestHash, row.requestHash));
      const over = first<IdempotencyRow>(
        await db.update(idempotency).set({ takenUntil: row.takenUntil }).where(and(mine, isFree)).returning(),
      );
      if (over !== null) return { taken: true, row: over };
      const held = first<IdempotencyRow>(await db.select().from(idempotency).where(mine));
      // It expired between two statements, and another gateway's housekeeping removed it.
      if (held === null) throw unavailable();
      return { taken: false, row: held };
    },
    // The first answer stays: a run that outlived its hold doesn't replace what another one answered.
    finish: async (tokenId, key, answer) =>
      void (await db
        .update(idempotency)
        .set({ answer })
        .where(and(one(tokenId, key), isNull(idempotency.answer)))),
    release: async (tokenId, key, takenUntil) =>
      void (await db
        .update(idempotency)
        .set({ takenUntil: 0 })
        .where(and(one(tokenId, key), isNull(idempotency.answer), eq(idempotency.takenUntil, takenUntil)))),
    releaseAll: async () =>
      void (await db
        .update(idempotency)
        .set({ takenUntil: 0 })
        .where(and(isNull(idempotency.answer), gt(idempotency.takenUntil, 0)))),
    prune: async (now) => (await db.delete(idempotency).where(lte(idempotency.expiresAt, now)).returning({ key: idempotency.key })).length,
  };
}
