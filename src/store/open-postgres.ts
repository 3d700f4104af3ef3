import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { StartupError } from '../domain/startup-error.ts';
import type { InstanceRow } from '../domain/store.ts';
import { createStore } from './create-store.ts';
import type { Database } from './engine.ts';
import { MIGRATIONS_TABLE, migrationsFolder, newerSchema, newestMigration } from './migrations.ts';
import type { OpenedStore, OpenStoreOptions } from './open-store.ts';
import { createPostgresEngine, type PostgresSource } from './postgres.ts';
import { databaseCode, unavailable } from './store-error.ts';

const POOL = 20;
const WAITERS = 100;

export async function openPostgresStore(databaseUrl: string, options: OpenStoreOptions): Promise<OpenedStore> {
  const pool = new Pool(poolConfig(databaseUrl));
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    const instance = await prepare(pool, options);
    return { instance, store: createStore(createPostgresEngine(poolSource(pool), options.clock === 'system' ? null : options.clock)) };
  } catch (error) {
    await pool.end();
    if (error instanceof StartupError) throw error;
    throw new StartupError(`The PostgreSQL store can't be opened (${databaseCode(error) ?? 'no answer'}). Check CHANGEOVER_DATABASE_URL and that the server runs.`, 75);
  }
}

/** Every option is explicit: the driver would otherwise read PG* variables, files that a URL names, and a socket folder. */
export function poolConfig(databaseUrl: string): PoolConfig {
  const bad = (what: string) => new StartupError(`CHANGEOVER_DATABASE_URL ${what}. Its form is postgres://user:password@host:port/database?sslmode=disable|require|verify-full.`);
  if (!URL.canParse(databaseUrl)) throw bad('is not a URL');
  const url = new URL(databaseUrl);
  if (!/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '' || url.username === '' || url.pathname.length < 2) throw bad('is not complete');
  for (const name of url.searchParams.keys()) if (name !== 'sslmode') throw bad('has a parameter other than sslmode');
  const sslmode = url.searchParams.get('sslmode') ?? 'disable';
  if (!['disable', 'require', 'verify-full'].includes(sslmode)) throw bad('has an unknown sslmode');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: sslmode === 'disable' ? false : { rejectUnauthorized: sslmode === 'verify-full' },
    max: POOL,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5000,
    lock_timeout: 2000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: 'changeover',
    options: '-c search_path=public -c log_parameter_max_length_on_error=0',
  };
}

function poolSource(pool: Pool): PostgresSource {
  return {
    reader: drizzle(pool) as unknown as Database,
    async acquire() {
      if (pool.waitingCount >= WAITERS) throw unavailable();
      const client = await pool.connect();
      return { db: databaseOf(client), query: (text, values) => client.query(text, values === undefined ? [] : [...values]), release: (broken) => client.release(broken) };
    },
    close: () => pool.end(),
  };
}

function databaseOf(client: PoolClient): Database {
  // `Database` names the part of Drizzle's type that the SQL uses; the driver's own result type is not part of it.
  return drizzle(client) as unknown as Database;
}

/** Replicas that start at once take turns: one migrates and makes the instance, the others find both. */
async function prepare(pool: Pool, options: OpenStoreOptions): Promise<InstanceRow> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended('changeover/start', 0))");
    const { rows: tables } = await client.query(`select to_regclass('public.instance') as instance, to_regclass('public.${MIGRATIONS_TABLE}') as migrations`);
    const isNew = tables[0]?.instance === null;
    if (tables[0]?.migrations !== null) {
      const { rows } = await client.query(`select max(created_at)::bigint as at from public.${MIGRATIONS_TABLE}`);
      if (Number(rows[0]?.at ?? 0) > newestMigration('postgres')) throw new StartupError(newerSchema('The PostgreSQL store'));
    }
    const { rows } = isNew ? { rows: [] } : await client.query('select id, kid, key_check as "keyCheck", created_at::float8 as "createdAt" from public.instance limit 1');
    const stored = (rows[0] as InstanceRow | undefined) ?? null;
    const instance = options.verifyInstance(stored);
    await migrate(drizzle(client), { migrationsFolder: migrationsFolder('postgres'), migrationsTable: MIGRATIONS_TABLE, migrationsSchema: 'public' });
    if (stored === null) await client.query('insert into public.instance (id, kid, key_check, created_at) values ($1, $2, $3, $4)', [instance.id, instance.kid, instance.keyCheck, instance.createdAt]);
    return instance;
  } finally {
    await client.query("select pg_advisory_unlock(hashtextextended('changeover/start', 0))").catch(() => {});
    client.release();
  }
}
