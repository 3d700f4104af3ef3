import { sql } from 'drizzle-orm';
import type { Dialect } from './dialect.postgres.ts';

/** What the instance keeps of itself: its keys, its clock, its projects, and the answers of requests that may be sent again. */
export function instanceTables({ table, index, primaryKey, columns }: Dialect) {
  const { text, bytes, count, time } = columns;
  return {
    instance: table('instance', {
      id: text('id').primaryKey(),
      kid: text('kid').notNull(),
      keyCheck: bytes('key_check').notNull(),
      createdAt: time('created_at').notNull(),
    }),

    /** The highest time the store has seen: a clock set back never revives what has expired. */
    clock: table('clock', { id: text('id').primaryKey(), highWater: time('high_water').notNull() }),

    dataKeys: table(
      'data_keys',
      {
        owner: text('owner').notNull(),
        purpose: text('purpose').notNull(),
        generation: count('generation').notNull(),
        kid: text('kid').notNull(),
        wrapped: bytes('wrapped').notNull(),
        createdAt: time('created_at').notNull(),
      },
      (t) => [primaryKey({ columns: [t.owner, t.purpose, t.generation] })],
    ),

    projects: table('projects', {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      createdAt: time('created_at').notNull(),
      mac: bytes('mac').notNull(),
    }),

    idempotency: table(
      'idempotency',
      {
        tokenId: text('token_id').notNull(),
        key: text('key').notNull(),
        requestHash: bytes('request_hash').notNull(),
        answer: bytes('answer'),
        keyGeneration: count('key_generation'),
        startedAt: time('started_at').notNull(),
        takenUntil: time('taken_until').notNull(),
        expiresAt: time('expires_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.tokenId, t.key] }),
        index('idempotency_expiry').on(t.expiresAt),
        index('idempotency_taken').on(t.takenUntil).where(sql`answer is null`),
        index('idempotency_generation').on(t.keyGeneration, t.tokenId).where(sql`key_generation is not null`),
      ],
    ),
  };
}
