import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { StartupError } from '../../../src/domain/errors/startup-error.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import { createStore } from '../../../src/store/create-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createPostgresEngine } from '../../../src/store/postgres/postgres.ts';
import { createPool, POOL_LIMITS } from '../../../src/store/postgres/postgres-pool.ts';
import { postgresOptions } from '../../../src/store/postgres/postgres-url.ts';
import { eventually } from '../../support/outcomes/eventually.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';
import { stretchWire } from '../../support/servers/wire.ts';
import { auditRowOf } from '../../support/store/audit-row.ts';
import { openSigned, signed, verifyTestInstance } from '../../support/store/services.ts';

describe('the PostgreSQL engine', () => {
  let server: TestPostgres;
  let url: string;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase('store_engine');
    store = signed((await openStore({ databaseUrl: url }, { clock: 'system', verifyInstance: verifyTestInstance })).store);
  });
  afterAll(async () => {
    await store.close();
    await server.close();
  });
  const insert = (into: Store, id: string) => into.write((tx) => tx.projects.insert({ id, name: 'p', createdAt: 1 }));
  const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : error);
  const backends = () =>
    server.query("select pid from pg_stat_activity where datname = 'store_engine' and application_name = 'changeover'");

  test('a connection that is cut inside a transaction is UNAVAILABLE, the process lives, and the next write goes through', async () => {
    const refused = await store
      .write(async (tx) => {
        await tx.projects.insert({ id: 'cut', name: 'p', createdAt: 1 });
        for (const { pid } of await backends()) await server.query(`select pg_terminate_backend(${Number(pid)})`);
        // Nothing is being asked while the connection breaks; the next statement finds it gone.
        await tx.projects.find('cut');
      })
      .catch(codeOf);
    await eventually(async () => expect(await insert(store, `after-${uuidv7()}`)).toBeUndefined());
    expect({ refused, projects: await store.read.projects.find('cut') }).toEqual({ refused: 'UNAVAILABLE', projects: null });
  });

  test('a COMMIT whose answer is lost is OUTCOME_UNKNOWN, and a repeat learns that it took effect', async () => {
    const wire = await stretchWire(server);
    const cut = signed(createStore(createPostgresEngine(createPool(postgresOptions(wire.through(url))), null)));
    wire.afterCommit('lose');
    const outcome = await insert(cut, 'unknown').catch(codeOf);
    await cut.close();
    await wire.close();
    await eventually(async () => expect(await store.read.projects.find('unknown')).toMatchObject({ id: 'unknown' }));
    expect(outcome).toBe('OUTCOME_UNKNOWN');
  });

  test('a sealer that meets another gateway at work leaves its turn out, and does not wait for it', async () => {
    const seal = () => store.write((tx) => tx.audit.seal(10, Buffer.alloc(32), (previous) => previous));
    await store.write((tx) => tx.audit.append(auditRowOf({ projectId: uuidv7() })));
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const waits = "select 1 from pg_stat_activity where datname = 'store_engine' and wait_event_type = 'Lock'";
    const meeting = await new Promise<{ readonly met: Promise<number>; readonly other: Promise<void> }>((resolve) => {
      const other = store.write(async (tx) => {
        await tx.lock('audit-sealer', 'exclusive');
        resolve({ met: seal(), other });
        await left;
      });
    });
    // It is answered while the other one still holds the lock.
    let isOver = false;
    const outcome = await Promise.race([
      meeting.met,
      eventually(async () => isOver || expect(await server.query(waits)).not.toEqual([])).then(() => 'it waits for the lock'),
    ]);
    isOver = true;
    leave();
    await meeting.other;
    expect(outcome).toBe(0);
  });

  test('callers that find no connection wait for one, a bounded time and in bounded number', async () => {
    const narrow = signed(
      createStore(
        createPostgresEngine(createPool(postgresOptions(url), { ...POOL_LIMITS, connections: 1, waiters: 2, waitMs: 300 }), null),
      ),
    );
    let leave = () => {};
    let entered = () => {};
    const isIn = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const holding = narrow.write(async (tx) => {
      await tx.now();
      entered();
      await new Promise<void>((resolve) => {
        leave = resolve;
      });
    });
    await isIn;
    const waiting = [narrow.read.projects.find('a').catch(codeOf), insert(narrow, 'never').catch(codeOf)];
    const tooMany = await narrow.read.projects.find('a').catch(codeOf);
    const waited = await Promise.all(waiting);
    leave();
    await holding;
    const afterwards = await narrow.read.projects.find('never');
    await narrow.close();
    expect({ tooMany, waited, afterwards }).toEqual({ tooMany: 'UNAVAILABLE', waited: ['UNAVAILABLE', 'UNAVAILABLE'], afterwards: null });
  });

  test('a server that is away is UNAVAILABLE with a time to try again, for reads, writes and time', async () => {
    const gone = new URL(url);
    gone.port = '1';
    const away = signed(createStore(createPostgresEngine(createPool(postgresOptions(gone.href)), null)));
    const errors = await Promise.all(
      [
        away.read.projects.find('a'),
        away.read.connections.listing({ projectId: 'p', integrationIds: null }, { limit: 1, after: null }),
        insert(away, 'a'),
        away.now(),
        away.ping(),
      ].map((asked) => asked.then(String, (error: unknown) => error)),
    );
    await away.close();
    expect(
      errors.map((error) =>
        error instanceof DomainError ? [error.code, error.details, `${error.message}${error.stack}`.includes(gone.hostname)] : error,
      ),
    ).toEqual(Array(5).fill(['UNAVAILABLE', { retryAfterSeconds: 1 }, false]));
  });

  test('an error of the server leaves without its text, its statement or a value that was bound (F14, F15, #40)', async () => {
    const broken = await openOn(server, 'store_broken');
    await server.query(
      'alter table projects rename column name to called; alter table tokens rename column name to called',
      'store_broken',
    );
    const canary = 'CNRY0123456789abcdef';
    const errors = await Promise.all(
      [broken.read.projects.find(canary), broken.read.tokens.findByHash(Buffer.from(canary)), insert(broken, canary)].map((asked) =>
        asked.then(String, (error: unknown) => error),
      ),
    );
    await broken.close();
    const shown = errors.map((error) =>
      error instanceof Error
        ? {
            name: error.name,
            keys: Object.keys(error).sort(),
            cause: error.cause,
            leaks: new RegExp(`${canary}|${Buffer.from(canary).toString('hex')}|select|insert|called`, 'i').test(
              `${error.message}${JSON.stringify(error)}`,
            ),
          }
        : error,
    );
    expect(shown).toEqual(Array(3).fill({ name: 'StoreError', keys: ['code', 'name'], cause: undefined, leaks: false }));
  });

  test('each connection has the deadlines, the search path and the logging that a store needs', async () => {
    const pool = createPool(postgresOptions(url));
    const client = await pool.acquire();
    const { rows } = await client.query(
      "select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'search_path', 'log_parameter_max_length_on_error', 'client_encoding') order by name",
    );
    client.release(false);
    await pool.close();
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      client_encoding: 'UTF8',
      idle_in_transaction_session_timeout: '10000',
      lock_timeout: '2000',
      log_parameter_max_length_on_error: '0',
      search_path: 'public,pg_temp',
      statement_timeout: '5000',
    });
  });

  test("time is the server's, however wrong the gateway's own clock is", async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    try {
      const [outside, inside] = [await store.now(), await store.write((tx) => tx.now())];
      const [row] = await server.query('select extract(epoch from clock_timestamp())::float8 * 1000 as at');
      const isServers = (at: number) => Math.abs(at - Number(row?.at)) < 60_000;
      expect({ outside: isServers(outside), inside: isServers(inside) }).toEqual({ outside: true, inside: true });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('opening the store on PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());
  const open = (databaseUrl: string, verifyInstance = verifyTestInstance) =>
    openSigned(openStore({ databaseUrl }, { clock: 'system', verifyInstance }));
  const refusalOf = async (databaseUrl: string, verifyInstance = verifyTestInstance) => {
    const error: unknown = await open(databaseUrl, verifyInstance).then(
      async ({ store }) => await store.close(),
      (reason: unknown) => reason,
    );
    return error instanceof StartupError
      ? { exitCode: error.exitCode, lines: error.message.split('\n').length, message: error.message }
      : error;
  };
  const tablesOf = async (name: string) =>
    (await server.query("select tablename from pg_tables where schemaname = 'public' order by 1", name)).map(({ tablename }) => tablename);

  test('replicas that start at once on an empty database make it once and share its instance', async () => {
    const url = await server.createDatabase('store_race');
    const opened = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    for (const { store } of opened) await store.close();
    const [instances] = await server.query(
      'select (select count(*) from instance)::int as instances, (select count(*) from changeover_migrations)::int as migrations',
      'store_race',
    );
    expect({ size: new Set(opened.map(({ instance }) => instance.id)).size, instances }).toEqual({
      size: 1,
      instances: { instances: 1, migrations: 1 },
    });
  });

  test('a wrong key writes nothing, neither in an empty database nor in one that exists (N14)', async () => {
    const url = await server.createDatabase('store_key');
    const refuse = () => {
      throw new StartupError('The master key does not open this store.');
    };
    const first = await refusalOf(url, refuse);
    const tables = await tablesOf('store_key');
    await (await open(url)).store.close();
    expect({ first, tables, again: await refusalOf(url, refuse) }).toEqual({
      first: { exitCode: 78, lines: 1, message: 'The master key does not open this store.' },
      tables: [],
      again: { exitCode: 78, lines: 1, message: 'The master key does not open this store.' },
    });
  });

  test.each([
    {
      what: 'a newer schema (#110)',
      says: /newer release/,
      spoil: "insert into changeover_migrations (hash, created_at) values ('x', 9999999999999)",
    },
    {
      what: 'a trigger on one of our tables',
      says: /the trigger "quiet" of table "audit" is not one of ours/,
      spoil:
        "create function quiet() returns trigger language plpgsql as 'begin return null; end'; create trigger quiet before insert on audit for each row execute function quiet()",
    },
    {
      what: 'a rule on one of our tables',
      says: /the rule "quiet" of table "audit" is not one of ours/,
      spoil: 'create rule quiet as on insert to audit do instead nothing',
    },
    {
      what: 'a default that was changed',
      says: /the column "proven" of table "versions" is not as the migrations made it/,
      spoil: 'alter table versions alter column proven set default true',
    },
    {
      what: 'a policy that hides rows',
      says: /has a schema that was changed/,
      spoil: 'alter table leases enable row level security; create policy none on leases using (false)',
    },
    {
      what: 'a check that is gone',
      says: /"versions_sealed_or_reference" of table "versions" is missing/,
      spoil: 'alter table versions drop constraint versions_sealed_or_reference',
    },
    {
      what: 'a unique index that refuses rows',
      says: /the index "one_lease" of table "leases" is not one of ours/,
      spoil: 'create unique index one_lease on leases (connection_id)',
    },
    { what: 'a store without its instance', says: /has lost the row/, spoil: 'delete from instance' },
    { what: 'tables of something else', says: /tables of something else/, spoil: 'drop table changeover_migrations' },
    {
      what: 'a server that may lose acknowledged commits',
      says: /synchronous_commit=off/,
      spoil: 'alter database store_spoilt set synchronous_commit = off',
    },
  ])('$what is refused in one line', async ({ says, spoil }) => {
    const url = await server.createDatabase('store_spoilt');
    await (await open(url)).store.close();
    await server.query(spoil, 'store_spoilt');
    const before = await tablesOf('store_spoilt');
    expect({ refusal: await refusalOf(url), tables: await tablesOf('store_spoilt') }).toEqual({
      refusal: { exitCode: 78, lines: 1, message: expect.stringMatching(says) },
      tables: before,
    });
  });

  test('a role that owns nothing but its schema can make and use the store', async () => {
    await server.createDatabase('store_role');
    await server.query("drop role if exists plain_role; create role plain_role login password 'plain'");
    await server.query(
      'revoke all on schema public from public; grant usage, create on schema public to plain_role; revoke create on database store_role from public',
      'store_role',
    );
    const { store } = await open(`postgres://plain_role:plain@${server.host}:${server.port}/store_role`);
    await store.write((tx) => tx.projects.insert({ id: 'a', name: 'p', createdAt: 1 }));
    const rows = await store.read.projects.all();
    await store.close();
    expect(rows).toEqual([{ id: 'a', name: 'p', createdAt: 1 }]);
  });

  test('nothing is taken from PG* variables: a URL without a password logs in with none (F18, #87)', async () => {
    const url = new URL(await server.createDatabase('store_env'));
    const right = url.password;
    url.password = '';
    for (const [name, value] of Object.entries({
      PGPASSWORD: decodeURIComponent(right),
      PGOPTIONS: '-c search_path=elsewhere',
      PGREPLICATION: 'database',
      PGAPPNAME: 'leak',
      PGSSLMODE: 'require',
      PGPORT: '1',
      PGHOST: '192.0.2.1',
    }))
      vi.stubEnv(name, value);
    try {
      const withoutPassword = await refusalOf(url.href);
      url.password = right;
      expect({ withoutPassword, withPassword: await refusalOf(url.href) }).toEqual({
        withoutPassword: { exitCode: 78, lines: 1, message: expect.stringMatching(/can't be opened: login or TLS was refused\./) },
        withPassword: undefined,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each([
    'mysql://u:CNRYpw@h/db',
    'postgres://u:CNRYpw@/db',
    'postgres://u:CNRYpw@h,169.254.169.254/db',
    'postgres://u:CNRYpw@%2Ftmp/db',
    'postgres://:CNRYpw@h/db',
    'postgres://u:CNRYpw@h/',
    'postgres://u:CNRYpw@h/db/more',
    'postgres://u:CNRYpw%zz@h/db',
    'postgres://u:CNRYpw%00@h/db',
    'postgres://u:CNRYpw@h:0/db',
    'postgres://u:CNRYpw@h:port/db',
    'postgres://u:CNRYpw@h/db#x',
    'postgres://u:CNRYpw@h/db?host=/tmp',
    'postgres://u:CNRYpw@h/db?sslrootcert=/etc/passwd',
    'postgres://u:CNRYpw@h/db?options=-c',
    'postgres://u:CNRYpw@h/db?sslmode=prefer',
    'postgres://u:CNRYpw@h/db?sslmode=require&sslmode=disable',
    'CNRYpw',
  ])('the URL %s is refused before anything is dialled, without a part of it (F19, #81, #86)', async (databaseUrl) => {
    const refusal = await refusalOf(databaseUrl);
    expect({ refusal, showsPassword: JSON.stringify(refusal).includes('CNRY') }).toEqual({
      refusal: { exitCode: 78, lines: 1, message: expect.stringMatching(/^CHANGEOVER_DATABASE_URL /) },
      showsPassword: false,
    });
  });

  test('a server that is away may come back: exit code 75', async () => {
    expect(await refusalOf('postgres://u:CNRYpw@127.0.0.1:1/db')).toEqual({
      exitCode: 75,
      lines: 1,
      message: expect.stringMatching(/can't be opened: nothing listens at that address \(ECONNREFUSED\)\./),
    });
  });

  test('a server that takes connections and says nothing is told as that, and may come back: exit code 75', async () => {
    const wire = await stretchWire(server);
    wire.mute();
    const refusal = await refusalOf(wire.through(await server.createDatabase('store_silent')));
    await wire.close();
    expect(refusal).toEqual({ exitCode: 75, lines: 1, message: expect.stringMatching(/does not answer/) });
  });

  test('a server that falls silent while the store is made is told as that, too', async () => {
    const wire = await stretchWire(server);
    const url = wire.through(await server.createDatabase('store_silent'));
    const refusal = await refusalOf(url, (stored) => {
      wire.mute();
      return verifyTestInstance(stored);
    });
    await wire.close();
    expect({ refusal, tables: await tablesOf('store_silent') }).toEqual({
      refusal: { exitCode: 75, lines: 1, message: expect.stringMatching(/does not answer/) },
      tables: [],
    });
  });

  test('a session that is read-only by default is made and written all the same', async () => {
    const url = await server.createDatabase('store_read_only');
    await server.query('alter database store_read_only set default_transaction_read_only = on');
    const { store } = await open(url);
    await store.write((tx) => tx.projects.insert({ id: 'a', name: 'p', createdAt: 1 }));
    const rows = await store.read.projects.all();
    await store.close();
    expect(rows).toEqual([{ id: 'a', name: 'p', createdAt: 1 }]);
  });

  test('TLS is asked for where the URL says so, and verified where it says that', () => {
    const sslOf = (rest: string) => postgresOptions(`postgres://u:p@${rest}`).ssl;
    expect(
      ['h/db?sslmode=disable', 'h/db?sslmode=require', 'h/db?sslmode=verify-full', '127.0.0.1/db?sslmode=verify-full'].map(sslOf),
    ).toEqual([false, { rejectUnauthorized: false }, { rejectUnauthorized: true }, { rejectUnauthorized: true }]);
  });

  test('a URL that says nothing of TLS means a verified server, on loopback alone none', () => {
    const sslOf = (host: string) => postgresOptions(`postgres://u:p@${host}/db`).ssl;
    expect(['h', 'localhost.example', '127.example', '10.0.0.1', '[fd00::1]'].map(sslOf)).toEqual(
      Array(5).fill({ rejectUnauthorized: true }),
    );
    expect(['localhost', '127.0.0.1', '127.8.0.1', '[::1]'].map(sslOf)).toEqual(Array(4).fill(false));
  });
});

async function openOn(server: TestPostgres, name: string): Promise<Store> {
  return signed(
    (await openStore({ databaseUrl: await server.createDatabase(name) }, { clock: 'system', verifyInstance: verifyTestInstance })).store,
  );
}
