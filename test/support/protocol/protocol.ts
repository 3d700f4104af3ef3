import { join } from 'node:path';
import { getTableColumns, getTableName, type Table } from 'drizzle-orm';
import pg from 'pg';
import { expect, vi } from 'vitest';
import { textOf } from '../../../src/store/sql/signing/row-mac.ts';
import { openDatabase } from '../../../src/store/sqlite/sqlite-driver.ts';
import { postgresTables, sqliteTables } from '../../../src/store/tables/tables.ts';
import {
  type Answer,
  addWebhook,
  COMMIT,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
  type TestToken,
} from '../gateway/gateway.ts';
import { eventually } from '../outcomes/eventually.ts';
import { createTestClock, type TestClock } from '../store/services.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const ACQUIRE =
  'mutation ($id: UUID!, $ttl: Int) { acquireLease(connectionId: $id, job: "nightly", ttlSeconds: $ttl) { lease { id version } key credentials } }';
export const READ = 'mutation ($key: String!) { readLease(leaseKey: $key) { lease { version } credentials } }';
export const RENEW = 'mutation ($key: String!, $ttl: Int) { renewLease(leaseKey: $key, ttlSeconds: $ttl) { live expiresAt endsBy } }';
export const RELEASE = 'mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }';
export const ROLL_BACK = 'mutation ($id: UUID!, $version: Int) { rollBackConnection(connectionId: $id, version: $version) { version } }';
export const POLICY =
  'mutation ($id: UUID!, $policy: ConnectionPolicyInput!) { setConnectionPolicy(connectionId: $id, policy: $policy) { connection { uuid } } }';
const VERSIONS =
  'query ($id: UUID!) { connection(id: $id) { versions { version label origin restoredFrom proven validUntil retiredAt destroyedAt } } }';

export interface ListedVersion {
  readonly version: number;
  readonly label: string;
  readonly origin: string;
  readonly restoredFrom: number | null;
  readonly proven: boolean;
  readonly validUntil: string | null;
  readonly destroyedAt: string | null;
}

/** A gateway with a clock that stands still, a receiver that its webhooks may dial, and a job's token. */
export interface ProtocolBench {
  readonly gateway: TestGateway;
  readonly receiver: Receiver;
  readonly clock: TestClock;
  readonly job: TestToken;
  add(): Promise<string>;
  stage(id: string, secret: string): Promise<string>;
  commit(id: string, key: string): Promise<Answer>;
  /** Stages and commits. */
  save(id: string, secret: string): Promise<Answer>;
  versions(id: string): Promise<readonly ListedVersion[]>;
  /** `3 CURRENT`, newest first. */
  labels(id: string): Promise<readonly string[]>;
  /** One statement past the gateway, as whoever may edit the database. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /**
   * Somebody else's transaction on the connection: it holds the lock when the call comes to write, and is committed then. So what
   * the call had read before is out of date.
   */
  intrude(id: string, call: () => Promise<Answer>, text: string): Promise<Answer>;
  close(): Promise<void>;
}

/** The code of the error; of an answer that has a status instead, which makes the lead API's clients try again, the status. */
export const codeOf = ({ errors, status }: Answer): string => errors?.[0]?.extensions.code ?? (status === 200 ? 'ok' : String(status));

export async function startProtocol(
  databaseUrl: string | null,
  start?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<ProtocolBench> {
  const clock = createTestClock(start);
  const gateway = await startGateway({ clock, settings, ...(databaseUrl === null ? {} : { databaseUrl }) });
  const receiver = await startReceiver();
  const openSession = () => (databaseUrl === null ? onFile(join(gateway.dataDir, 'changeover.db')) : onServer(databaseUrl));
  let names = 0;
  let session: Promise<Session> | null = null;
  const commit = (id: string, key: string) => gateway.graphql(COMMIT, { id, key });
  const versions = async (id: string): Promise<readonly ListedVersion[]> =>
    (await gateway.graphql(VERSIONS, { id })).data.connection.versions;
  return {
    gateway,
    receiver,
    clock,
    job: await gateway.token('job'),
    add() {
      names += 1;
      return addWebhook(gateway, receiver, `hook ${names}`);
    },
    stage: (id, secret) => stageSecret(gateway, id, secret),
    commit,
    save: async (id, secret) => commit(id, await stageSecret(gateway, id, secret)),
    versions,
    labels: async (id) => (await versions(id)).map(({ version, label }) => `${version} ${label}`),
    sql: async (text) => {
      // It is lost where a suite cuts the wire that it goes through.
      if (session === null || !(await session).isOpen()) session = openSession();
      return await (await session).run(text);
    },
    async intrude(id, call, text) {
      // Notes the token's use of this minute, so that the next write is the call's own.
      await gateway.graphql('{ getUser { email } }');
      const writes = vi.spyOn(gateway.app.services.store, 'write');
      const intruder = await openSession();
      try {
        await intruder.begin(id);
        const answer = call();
        await eventually(() => expect(writes).toHaveBeenCalled());
        await intruder.run(text);
        // As another gateway would have written it.
        await signRows(intruder, /^update (\w+)/.exec(text)?.[1] ?? '', gateway);
        await intruder.run('COMMIT');
        return await answer;
      } finally {
        writes.mockRestore();
        await intruder.close();
      }
    },
    async close() {
      receiver.close();
      await (await session)?.close();
      await gateway.close();
    },
  };
}

/** Signs every row of a table as it is now. */
async function signRows(session: Session, name: string, { app }: TestGateway): Promise<void> {
  const { store, vault } = app.services;
  const table = Object.values(store.engine === 'sqlite' ? sqliteTables : postgresTables).find((one) => getTableName(one) === name);
  if (table === undefined) throw new Error(`There is no table ${name}.`);
  const columns = getTableColumns(table as Table);
  for (const raw of await session.run(`select * from ${name}`)) {
    const row = Object.fromEntries(
      Object.entries(columns).map(([key, column]) => {
        const value = raw[column.name] ?? null;
        return [key, value === null ? null : column.mapFromDriverValue(value)];
      }),
    );
    const mac = vault.keyedHash('row', textOf(table, row)).toString('hex');
    await session.run(
      `update ${name} set mac = ${store.engine === 'sqlite' ? `x'${mac}'` : `'\\x${mac}'::bytea`} where id = '${String(raw.id)}'`,
    );
  }
}

/** A connection of whoever may edit the database. */
interface Session {
  run(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Begins a transaction that holds the connection's lock. */
  begin(connectionId: string): Promise<void>;
  isOpen(): boolean;
  close(): Promise<void>;
}

async function onFile(file: string): Promise<Session> {
  const handle = openDatabase(file, { timeout: 5000 });
  return {
    async run(text) {
      const statement = handle.prepare(text);
      // Rows have the columns that the statement names.
      if (statement.reader) return statement.all() as readonly Record<string, unknown>[];
      statement.run();
      return [];
    },
    begin: async () => void handle.exec('BEGIN IMMEDIATE'),
    isOpen: () => true,
    close: async () => void handle.close(),
  };
}

async function onServer(connectionString: string): Promise<Session> {
  const client = new pg.Client({ connectionString });
  let isOpen = true;
  for (const event of ['error', 'end'] as const)
    client.on(event, () => {
      isOpen = false;
    });
  await client.connect();
  return {
    run: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    async begin(connectionId) {
      await client.query('BEGIN');
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [connectionId]);
    },
    isOpen: () => isOpen,
    close: () => client.end(),
  };
}
