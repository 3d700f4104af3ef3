import { eq } from 'drizzle-orm';
import type { ClockReaders, ClockWriters } from '../../../domain/ports/upkeep-store.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';

export function clockReaders({ db }: StatementSource, { clock }: Tables): ClockReaders {
  return {
    find: async (id) => (await db.select({ at: clock.highWater }).from(clock).where(eq(clock.id, id)))[0]?.at ?? null,
  };
}

export function clockWriters(tx: EngineTransaction, tables: Tables): ClockWriters {
  const { clock } = tables;
  return {
    set: async (id, at) =>
      void (await tx.db
        .insert(clock)
        .values({ id, highWater: at })
        .onConflictDoUpdate({ target: clock.id, set: { highWater: at } })),
    ...clockReaders(tx, tables),
  };
}
