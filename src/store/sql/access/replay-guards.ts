import { eq, inArray } from 'drizzle-orm';
import type { ReplayGuard, ReplayGuardReaders, ReplayGuardWriters } from '../../../domain/token/replay-guard-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { verified, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { placeholdersOf, prepared } from '../statements/prepared.ts';

const insertFirst = prepared('replay_guard_insert', (db, { replayGuards }) => ({
  columns: { id: replayGuards.id },
  statement: db.insert(replayGuards).values(placeholdersOf(replayGuards)).onConflictDoNothing().returning({ id: replayGuards.id }),
}));

export function replayGuardReaders(source: SignedSource, { replayGuards }: Tables): ReplayGuardReaders {
  return {
    async used(id) {
      const rows = await source.db.select().from(replayGuards).where(eq(replayGuards.id, id));
      return verifiedOne<ReplayGuard>(source, replayGuards, rows)?.used ?? 0;
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      const rows = await source.db
        .select()
        .from(replayGuards)
        .where(inArray(replayGuards.id, [...ids]));
      return verified<ReplayGuard>(source, replayGuards, rows);
    },
  };
}

export function replayGuardWriters(tx: SignedTransaction, tables: Tables): ReplayGuardWriters {
  const { replayGuards } = tables;
  return {
    async advance(guard) {
      const inserted = await insertFirst(tx, tables, withMac(tx, replayGuards, { ...guard }));
      if (inserted.length > 0) return true;
      const address = { tables, table: replayGuards, id: { id: guard.id } };
      const altered = await alterRow<typeof replayGuards, ReplayGuard>(tx, address, ({ used }) =>
        used < guard.used ? { used: guard.used } : null,
      );
      return altered !== null;
    },
    ...replayGuardReaders(tx, tables),
  };
}
