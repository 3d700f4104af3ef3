import { and, eq, isNull, lte, or } from 'drizzle-orm';
import type { IdempotencyRow, IdempotencyWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import { unavailable } from '../store-error.ts';
import type { Tables } from '../tables.ts';
import { first } from './trusted.ts';

const ATTEMPTS = 5;

export function idempotencyWriters(db: Database, { idempotency }: Tables): IdempotencyWriters {
  const one = (tokenId: string, key: string) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));
  return {
    async take(row, now) {
      const free = or(lte(idempotency.expiresAt, now), and(isNull(idempotency.answer), lte(idempotency.takenUntil, now)));
      await db.delete(idempotency).where(and(one(row.tokenId, row.key), free));
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const taken = await db.insert(idempotency).values(row).onConflictDoNothing().returning({ key: idempotency.key });
        if (taken.length > 0) return null;
        const held = first<IdempotencyRow>(await db.select().from(idempotency).where(one(row.tokenId, row.key)));
        if (held !== null) return held;
        // Its holder freed it between the two statements.
      }
      throw unavailable();
    },
    // The first answer stays: a run that outlived its hold doesn't replace what another one answered.
    finish: async (tokenId, key, answer) =>
      void (await db
        .update(idempotency)
        .set({ answer })
        .where(and(one(tokenId, key), isNull(idempotency.answer)))),
    release: async (tokenId, key) => void (await db.delete(idempotency).where(and(one(tokenId, key), isNull(idempotency.answer)))),
    prune: async (now) => (await db.delete(idempotency).where(lte(idempotency.expiresAt, now)).returning({ key: idempotency.key })).length,
  };
}
