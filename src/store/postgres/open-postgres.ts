import { setTimeout as delay } from 'node:timers/promises';
import type { Client, QueryResultRow } from 'pg';
import { StartupError } from '../../domain/errors/startup-error.ts';
import type { InstanceRow } from '../../domain/ports/instance-store.ts';
import type { UpgradeRecord } from '../../domain/ports/vault.ts';
import { createStore } from '../create-store.ts';
import { MIGRATIONS_TABLE, migrationsAfter, newerSchema, newestMigration } from '../migrations.ts';
import type { OpenedStore, OpenStoreOptions } from '../opened-store.ts';
import { refusalOf } from '../schema-difference.ts';
import { databaseCode, isConnectionFailure } from '../store-error.ts';
import { comparePostgresSchema } from './compare-postgres-schema.ts';
import { createPostgresEngine } from './postgres.ts';
import { createPool, POOL_LIMITS } from './postgres-pool.ts';
import { describeRefusal } from './postgres-refusal.ts';
import { ANSWER_MS, AS_STATEMENTS, answerOf, isPooled, PlainClient } from './postgres-session.ts';
import { postgresOptions } from './postgres-url.ts';

/** How long a replica that starts waits for another one that migrates, milliseconds. */
const MIGRATION_MS = 120_000;
const CONNECT_MS = 5000;
const GOODBYE_MS = 1000;
const TURN_MS = 200;

/** Opens the store on a server, or makes it in an empty database. Throws StartupError with one line. */
export async function openPostgresStore(databaseUrl: string, options: OpenStoreOptions): Promise<OpenedStore> {
  const target = postgresOptions(databaseUrl);
  const client = new PlainClient({ ...target, connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks rejects what is sent on it; without a listener it would also end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const pooled = await isPooled(client);
    const instance = await prepare(client, options);
    await answerOf(client, client.end(), GOODBYE_MS).catch(() => {});
    const pool = createPool(target, POOL_LIMITS, pooled);
    return { instance, store: createStore(createPostgresEngine(pool, options.clock === 'system' ? null : options.clock)) };
  } catch (error) {
    // Destroyed instead of ended: a silent server would never answer the goodbye.
    client.connection.stream.destroy();
    if (error instanceof StartupError) throw error;
    throw unopened(error);
  }
}

function unopened(error: unknown): StartupError {
  const code = databaseCode(error);
  if (code === 'ETIMEDOUT' || (error instanceof Error && error.message === 'timeout expired'))
    return new StartupError(
      'The PostgreSQL server does not answer. Check that it runs and that CHANGEOVER_DATABASE_URL leads to it; nothing was written.',
      75,
    );
  if (code === '25006')
    return new StartupError(
      'The PostgreSQL server takes no writes, as a standby does. Have CHANGEOVER_DATABASE_URL name the primary; nothing was written.',
      75,
    );
  // Wrong logins, TLS, databases, rights and tables have to be repaired by somebody; a server that is away may come back by itself.
  const toMend = code === null ? !isConnectionFailure(error) : /^(28|3D|42)/.test(code);
  const what = code === null ? (toMend ? 'login or TLS was refused' : 'there was no answer') : describeRefusal(code);
  return new StartupError(
    `The PostgreSQL store can't be opened: ${what}. Check CHANGEOVER_DATABASE_URL, its sslmode too, and that the server runs; nothing was written.`,
    toMend ? 78 : 75,
  );
}

async function ask<Row extends QueryResultRow>(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
  ms = ANSWER_MS,
): Promise<readonly Row[]> {
  return (await answerOf(client, client.query<Row>(text, [...values]), ms)).rows;
}

/** Replicas that start at once take turns: one migrates and makes the instance, the others find both. The lock ends with the transaction. */
async function prepare(client: Client, options: OpenStoreOptions): Promise<InstanceRow> {
  // Whatever the role or the database is set to: a session that is read-only by default can't be used.
  await ask(client, ['BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE', ...AS_STATEMENTS].join('; '));
  await takeTurn(client);
  const found = await inspect(client);
  const instance = options.verifyInstance(found?.instance ?? null, found?.upgrades ?? []);
  await migrate(client, found?.migratedTo ?? 0);
  const difference = found === null ? null : await comparePostgresSchema((text) => ask(client, text));
  if (difference !== null) throw new StartupError(refusalOf('The PostgreSQL store', difference));
  if (found === null) {
    await ask(client, 'insert into public.instance (id, kid, key_check, created_at) values ($1, $2, $3, $4)', [
      instance.id,
      instance.kid,
      instance.keyCheck,
      instance.createdAt,
    ]);
  }
  await ask(client, 'COMMIT');
  return instance;
}

/** Tried again and again instead of waited for, so that a server which falls silent meanwhile is noticed. */
async function takeTurn(client: Client): Promise<void> {
  for (const until = performance.now() + MIGRATION_MS; ; await delay(TURN_MS)) {
    const [row] = await ask<{ taken: boolean }>(
      client,
      "select pg_try_advisory_xact_lock(hashtextextended('changeover/start', 0)) as taken",
    );
    if (row?.taken === true) return;
    if (performance.now() > until)
      throw new StartupError('Another Changeover process has been preparing the store for two minutes. Look at that one first.', 75);
  }
}

interface Found {
  readonly instance: InstanceRow;
  /** Of a rotation of the master key, in their order. */
  readonly upgrades: readonly UpgradeRecord[];
  readonly migratedTo: number;
}

/** What the database already holds of a gateway; null when it holds nothing. Throws StartupError for one that must not be used. */
async function inspect(client: Client): Promise<Found | null> {
  const [setting] = await ask<{ commit: string; instance: boolean; migrations: boolean }>(
    client,
    "select current_setting('synchronous_commit') as commit, to_regclass('public.instance') is not null as instance, to_regclass($1) is not null as migrations",
    [`public.${MIGRATIONS_TABLE}`],
  );
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
  const [last] = await ask<{ at: number | null }>(client, `select max(created_at)::float8 as at from public.${MIGRATIONS_TABLE}`);
  const migratedTo = Number(last?.at ?? 0);
  if (migratedTo > newestMigration('postgres')) throw new StartupError(newerSchema('The PostgreSQL store'));
  const [instance] = await ask<{ id: string; kid: string; keyCheck: Buffer; createdAt: number }>(
    client,
    'select id, kid, key_check as "keyCheck", created_at::float8 as "createdAt" from public.instance limit 1',
  );
  if (instance === undefined)
    throw new StartupError(
      'The PostgreSQL store has lost the row that says which master key opens it. Restore it from a backup; nothing was written.',
    );
  const upgrades = await ask<UpgradeRecord & QueryResultRow>(
    client,
    "select generation, kid, wrapped from public.data_keys where owner = $1 and purpose = 'upgrade' order by generation",
    [instance.id],
  );
  return { instance, upgrades, migratedTo };
}

async function migrate(client: Client, from: number): Promise<void> {
  const migrations = migrationsAfter('postgres', from);
  if (migrations.length === 0) return;
  const long = (text: string, values: readonly unknown[] = []) => ask(client, text, values, MIGRATION_MS + ANSWER_MS);
  await ask(client, `SET LOCAL statement_timeout = ${MIGRATION_MS}; SET LOCAL lock_timeout = ${MIGRATION_MS}`);
  await long(`create table if not exists public.${MIGRATIONS_TABLE} (id serial primary key, hash text not null, created_at bigint)`);
  for (const { at, hash, statements } of migrations) {
    for (const statement of statements) await long(statement);
    await long(`insert into public.${MIGRATIONS_TABLE} (hash, created_at) values ($1, $2)`, [hash, at]);
  }
}
