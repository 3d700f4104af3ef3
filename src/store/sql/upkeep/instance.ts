import { eq } from 'drizzle-orm';
import type { InstanceReaders, InstanceRow, InstanceWriters } from '../../../domain/ports/instance-store.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { atMost } from '../statements/at-most.ts';
import { first } from '../statements/trusted.ts';

export function instanceReaders({ db }: StatementSource, { instance }: Tables): InstanceReaders {
  return { find: async () => first<InstanceRow>(await db.select().from(instance).limit(atMost(1))) };
}

export function instanceWriters(tx: EngineTransaction, tables: Tables): InstanceWriters {
  const { instance } = tables;
  return {
    insert: async (row) => (await tx.db.insert(instance).values(row).onConflictDoNothing().returning({ id: instance.id })).length > 0,
    replaceKey: async (from, { kid, keyCheck }) =>
      (await tx.db.update(instance).set({ kid, keyCheck }).where(eq(instance.kid, from)).returning({ id: instance.id })).length > 0,
    ...instanceReaders(tx, tables),
  };
}
