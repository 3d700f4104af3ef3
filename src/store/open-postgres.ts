import { Client } from 'pg';
import { StartupError } from '../domain/startup-error.ts';
import type { InstanceRow } from '../domain/store.ts';
import type { UpgradeRecord } from '../domain/vault.ts';
import { createStore } from './create-store.ts';
import { MIGRATIONS_TABLE, migrationsAfter, newerSchema, newestMigration } from './migrations.ts';
import type { OpenedStore, OpenStoreOptions } from './open-store.ts';
import { createPostgresEngine } from './postgres.ts';
import { createPool } from './postgres-pool.ts';
import { postgresOptions } from './postgres-url.ts';
import { databaseCode, isConnectionFailure } from './store-error.ts';

/** A replica that starts waits this long for another one that migrates. */
const MIGRATION_MS = 120_000;

/** Opens the store on a server, or makes it in an empty database. Throws StartupError with one line. */
export async function openPostgresStore(databaseUrl: string, options: OpenStoreOptions): Promise<OpenedStore> {
  const target = postgresOptions(databaseUrl);
  const client = new Client({ ...target, connectionTimeoutMillis: 5000, statement_timeout: MIGRATION_MS, lock_timeout: MIGRATION_MS });
  // A connection that breaks rejects what is sent on it; without a listener it would also end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const instance = await prepare(client, options);
    return { instance, store: createStore(createPostgresEngine(createPool(target), options.clock === 'system' ? null : options.clock)) };
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw unopened(error);
  } finally {
    await client.end().catch(() => {});
  }
}

function unopened(error: unknown): StartupError {
  // Login, TLS, database, rights and tables have to be mended; a server that is away may come back.
  const code = databaseCode(error);
  const toMend = code === null ? !isConnectionFailure(error) : /^(28|3D|42)/.test(code);
  const what = code ?? (toMend ? 'login or TLS was refused' : 'no answer');
  return new StartupError(
    `The PostgreSQL store can't be opened (${what}). Check CHANGEOVER_DATABASE_URL and that the server runs; nothing was written.`,
    toMend ? 78 : 75,
  );
}

/** Replicas that start at once take turns: one migrates and makes the instance, the others find both. The lock ends with the transaction. */
async function prepare(client: Client, options: OpenStoreOptions): Promise<InstanceRow> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  await client.query("select pg_advisory_xact_lock(hashtextextended('changeover/start', 0))");
  const found = await inspect(client);
  const instance = options.verifyInstance(found?.instance ?? null, found?.upgrades ?? []);
  await migrate(client, found?.migratedTo ?? 0);
  if (found === null) {
    await client.query('insert into public.instance (id, kid, key_check, created_at) values ($1, $2, $3, $4)', [
      instance.id,
      instance.kid,
      instance.keyCheck,
      instance.createdAt,
    ]);
  }
  await client.query('COMMIT');
  return instance;
}

interface Found {
  readonly instance: InstanceRow;
  /** Of a rotation of the master key, in their order. */
  readonly upgrades: readonly UpgradeRecord[];
  readonly migratedTo: number;
}

/** What the database holds of us; null when it holds nothing. Throws StartupError for one that must not be used. */
async function inspect(client: Client): Promise<Found | null> {
  const [setting] = (
    await client.query(
      "select current_setting('synchronous_commit') as commit, to_regclass('public.instance') is not null as instance, to_regclass($1) is not null as migrations",
      [`public.${MIGRATIONS_TABLE}`],
    )
  ).rows;
  if (setting?.commit === 'off')
    throw new StartupError(
      'The PostgreSQL store has synchronous_commit=off, which loses acknowledged commits. Turn it on for this role and database; nothing was written.',
    );
  if (setting?.migrations !== true) {
    if (setting?.instance === true)
      throw new StartupError(
        'The PostgreSQL database holds tables of something else. Give Changeover a database of its own; nothing was written.',
      );
    return null;
  }
  const [last] = (await client.query(`select max(created_at)::float8 as at from public.${MIGRATIONS_TABLE}`)).rows;
  const migratedTo = Number(last?.at ?? 0);
  if (migratedTo > newestMigration('postgres')) throw new StartupError(newerSchema('The PostgreSQL store'));
  const { rows } = await client.query<{ id: string; kid: string; keyCheck: Buffer; createdAt: number }>(
    'select id, kid, key_check as "keyCheck", created_at::float8 as "createdAt" from public.instance limit 1',
  );
  const [instance] = rows;
  if (instance === undefined)
    throw new StartupError(
      'The PostgreSQL store has lost the row that says which master key opens it. Restore it from a backup; nothing was written.',
    );
  const upgrades = await client.query<UpgradeRecord>(
    "select generation, kid, wrapped from public.data_keys where owner = $1 and purpose = 'upgrade' order by generation",
    [instance.id],
  );
  return { instance, upgrades: upgrades.rows, migratedTo };
}

async function migrate(client: Client, from: number): Promise<void> {
  const migrations = migrationsAfter('postgres', from);
  if (migrations.length === 0) return;
  await client.query(
    `create table if not exists public.${MIGRATIONS_TABLE} (id serial primary key, hash text not null, created_at bigint)`,
  );
  for (const { at, hash, statements } of migrations) {
    for (const statement of statements) await client.query(statement);
    await client.query(`insert into public.${MIGRATIONS_TABLE} (hash, created_at) values ($1, $2)`, [hash, at]);
  }
}
