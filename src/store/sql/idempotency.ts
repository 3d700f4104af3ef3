import { and, eq, isNull, lte, or } from 'drizzle-orm';
import type { IdempotencyRow, IdempotencyWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { first } from './trusted.ts';

export function idempotencyWriters(db: Database, { idempotency }: Tables): IdempotencyWriters {
  const one = (tokenId: string, key: string) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));
  return {
    async take(row, now) {
      const free = or(lte(idempotency.expiresAt, now), and(isNull(idempotency.answer), lte(idempotency.takenUntil, now)));
      await db.delete(idempotency).where(and(one(row.tokenId, row.key), free));
      const taken = await db.insert(idempotency).values(row).onConflictDoNothing().returning({ key: idempotency.key });
      return taken.length > 0 ? null : first<IdempotencyRow>(await db.select().from(idempotency).where(one(row.tokenId, row.key)));
    },
    finish: async (tokenId, key, answer) => void (await db.update(idempotency).set({ answer }).where(one(tokenId, key))),
    release: async (tokenId, key) => void (await db.delete(idempotency).where(and(one(tokenId, key), isNull(idempotency.answer)))),
    prune: async (now) => (await db.delete(idempotency).where(lte(idempotency.expiresAt, now)).returning({ key: idempotency.key })).length,
  };
}
