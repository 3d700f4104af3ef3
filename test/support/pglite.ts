import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Clock } from '../../src/domain/clock.ts';
import type { Store } from '../../src/domain/store.ts';
import { createStore } from '../../src/store/create-store.ts';
import type { Database } from '../../src/store/engine.ts';
import { migrationsFolder } from '../../src/store/migrations.ts';
import { createPostgresEngine } from '../../src/store/postgres.ts';

/** PostgreSQL in the process, on one connection: transactions take turns. */
export async function openPgliteStore(clock: Clock): Promise<Store> {
  const client = new PGlite();
  const db = drizzle(client);
  await migrate(db, { migrationsFolder: migrationsFolder('postgres') });
  let turn: Promise<void> = Promise.resolve();
  return createStore(
    createPostgresEngine(
      {
        reader: db as unknown as Database,
        async acquire() {
          const before = turn;
          let release: () => void = () => {};
          turn = new Promise((resolve) => {
            release = resolve;
          });
          await before;
          return {
            db: db as unknown as Database,
            query: async (text, values) => ({ rows: (await client.query<Record<string, unknown>>(text, values === undefined ? [] : [...values])).rows }),
            release,
          };
        },
        close: () => client.close(),
      },
      clock,
    ),
  );
}
