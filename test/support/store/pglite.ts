import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Clock } from '../../../src/domain/ports/clock.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import { createStore } from '../../../src/store/create-store.ts';
import type { StatementSource } from '../../../src/store/engine.ts';
import { createLocalNotifications } from '../../../src/store/local-notifications.ts';
import { migrationsFolder } from '../../../src/store/migrations.ts';
import { createPostgresEngine } from '../../../src/store/postgres/postgres.ts';
import { signed } from './services.ts';

/** PostgreSQL in the process, on one connection: transactions take turns. */
export async function openPgliteStore(clock: Clock): Promise<Store> {
  const client = new PGlite();
  const db = drizzle(client);
  await migrate(db, { migrationsFolder: migrationsFolder('postgres') });
  const statements: StatementSource = {
    db: db as unknown as StatementSource['db'],
    rows: async (_name, text, values) => (await client.query<unknown[]>(text, [...values], { rowMode: 'array' })).rows,
  };
  let turn: Promise<void> = Promise.resolve();
  return signed(
    createStore(
      createPostgresEngine(
        {
          reader: statements,
          notifications: createLocalNotifications(),
          settings: [],
          async acquire() {
            const before = turn;
            let release: () => void = () => {};
            turn = new Promise((resolve) => {
              release = resolve;
            });
            await before;
            return {
              ...statements,
              async query(text, values = []) {
                // Its answer does not say that the COMMIT of a failed transaction was a ROLLBACK; this statement does.
                if (text === 'COMMIT') {
                  await client.query('select 1').catch(async (error: unknown) => {
                    await client.query('ROLLBACK');
                    throw error;
                  });
                }
                return { rows: (await client.query<Record<string, unknown>>(text, [...values])).rows };
              },
              release,
            };
          },
          ping: async () => void (await client.query('select 1')),
          close: () => client.close(),
        },
        clock,
      ),
    ),
  );
}
