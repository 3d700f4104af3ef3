import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import SqliteDatabase, { type Database as Handle } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import type { Clock } from '../../../src/domain/ports/clock.ts';
import type { Store, Writers } from '../../../src/domain/ports/store.ts';
import { createStore } from '../../../src/store/create-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createSqliteEngine } from '../../../src/store/sqlite/sqlite.ts';
import { openDatabase } from '../../../src/store/sqlite/sqlite-driver.ts';
import { openReader, openWriter } from '../../../src/store/sqlite/sqlite-handles.ts';
import { createTestClock, signed, verifyTestInstance } from '../../support/store/services.ts';

const CHILD = fileURLToPath(new URL('writing-child.mjs', import.meta.url));

describe('the SQLite engine', () => {
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const folder = () => mkdtempSync(join(tmpdir(), 'changeover-'));
  const openIn = async (dataDir: string, clock: Clock | 'system' = createTestClock()) => {
    const store = signed((await openStore({ dataDir }, { clock, verifyInstance: verifyTestInstance })).store);
    opened.push(store);
    return store;
  };
  const insert = (store: Store, id: string, name = 'p') => store.write((tx) => tx.projects.insert({ id, name, createdAt: 1 }));
  /** An engine on a store that exists, whose writing connection the test gets hold of. */
  const openEngine = async (dataDir: string, adjust: (handle: Handle) => void) => {
    await (await openStore({ dataDir }, { clock: createTestClock(), verifyInstance: verifyTestInstance })).store.close();
    const handles: Handle[] = [];
    const store = signed(
      createStore(
        createSqliteEngine(join(dataDir, 'changeover.db'), createTestClock(), (file) => {
          const handle = openWriter(file);
          adjust(handle);
          handles.push(handle);
          return handle;
        }),
      ),
    );
    opened.push(store);
    return { store, handles };
  };

  test('every opening of the file syncs each commit, the second one, too (F11)', async () => {
    const dataDir = folder();
    await (await openIn(dataDir)).close();
    const settings = [1, 2].map(() => {
      const handle = openWriter(join(dataDir, 'changeover.db'));
      const found = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'temp_store', 'busy_timeout'].map((name) =>
        handle.pragma(name, { simple: true }),
      );
      handle.close();
      return found;
    });
    expect(settings).toEqual(Array(2).fill(['wal', 2, 1, 1, 2, 0]));
  });

  test('another program that holds the write lock does not hold up the event loop or reads, and the write goes through once it lets go (#100)', async () => {
    const dataDir = folder();
    const store = await openIn(dataDir);
    const foreign = openDatabase(join(dataDir, 'changeover.db'));
    foreign.exec('BEGIN IMMEDIATE');
    let isWritten = false;
    const write = insert(store, 'waiting').then(() => {
      isWritten = true;
    });
    const reads: unknown[] = [];
    // Each turn needs the loop, and several of the write's own pauses pass meanwhile.
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      reads.push(await store.read.projects.find('waiting'));
    }
    const writtenMeanwhile = isWritten;
    foreign.exec('ROLLBACK');
    foreign.close();
    await write;
    expect({ writtenMeanwhile, reads, projects: await store.read.projects.find('waiting') }).toEqual({
      writtenMeanwhile: false,
      reads: Array(20).fill(null),
      projects: { id: 'waiting', name: 'p', createdAt: 1 },
    });
  });

  test('on a full disk a write is refused with STORAGE_FULL, a smaller neighbour is kept, reads go on, and space brings writes back', async () => {
    const { store, handles } = await openEngine(folder(), (handle) => {
      handle.pragma(`max_page_count = ${Number(handle.pragma('page_count', { simple: true })) + 3}`);
    });
    const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : 'other');
    const [large, small] = await Promise.all([
      insert(store, 'large', 'x'.repeat(100_000)).catch(codeOf),
      insert(store, 'small').then(() => 'kept', codeOf),
    ]);
    const readable = (await store.read.projects.all()).map(({ id }) => id);
    handles.at(-1)?.pragma('max_page_count = 1000000');
    await insert(store, 'large', 'x'.repeat(100_000));
    expect({ large, small, readable, projects: (await store.read.projects.all()).length }).toEqual({
      large: 'STORAGE_FULL',
      small: 'kept',
      readable: ['small'],
      projects: 2,
    });
  });

  test('work that holds the write lock for ten seconds is ended with UNAVAILABLE, as on PostgreSQL, and others are served then', async () => {
    const store = await openIn(folder());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let begun: () => void = () => {};
      const begins = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const held = store
        .write(() => {
          begun();
          return new Promise<void>(() => {});
        })
        .catch((error: unknown) => (error instanceof DomainError ? error.code : 'other'));
      await begins;
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await held).toBe('UNAVAILABLE');
    } finally {
      vi.useRealTimers();
    }
    await insert(store, 'next');
    expect((await store.read.projects.all()).map(({ id }) => id)).toEqual(['next']);
  });

  test('the file and its log keep a MiB that a full disk can not take away, however much is written', async () => {
    const dataDir = folder();
    const store = await openIn(dataDir);
    const MIB = 1024 * 1024;
    const kept = () => {
      const file = join(dataDir, 'changeover.db');
      const handle = openReader(file);
      const free = 4096 * Number(handle.pragma('freelist_count', { simple: true }));
      const used = 4096 * Number(handle.pragma('page_count', { simple: true }));
      handle.close();
      return [free >= MIB, statSync(file).size >= used, statSync(`${file}-wal`).size >= MIB];
    };
    await insert(store, 'first');
    const atFirst = kept();
    await insert(store, 'large', 'x'.repeat(3 * MIB));
    await insert(store, 'next');
    expect({ atFirst, kept: kept() }).toEqual({ atFirst: [true, true, true], kept: [true, true, true] });
  });

  test('a COMMIT that fails acknowledges nobody: what wrote nothing runs again by itself, once', async () => {
    // A deferred foreign key is looked at by COMMIT alone, which fails and leaves the transaction open.
    const { store } = await openEngine(folder(), (handle) => {
      handle.exec(
        'create table if not exists t_parent (id text primary key); create table if not exists t_child (id text references t_parent (id) deferrable initially deferred)',
      );
      handle.exec(
        "create trigger if not exists t_break after insert on projects when new.name = 'breaks' begin insert into t_child values (new.id); end",
      );
    });
    const runs = { good: 0, bad: 0 };
    const [bad, good] = await Promise.allSettled([
      store.write(async (tx) => {
        runs.bad += 1;
        await tx.projects.insert({ id: 'bad', name: 'breaks', createdAt: 1 });
      }),
      store.write(async (tx) => {
        runs.good += 1;
        await tx.projects.insert({ id: 'good', name: 'p', createdAt: 1 });
      }),
    ]);
    expect({ bad: bad.status, good: good.status, runs, projects: (await store.read.projects.all()).map(({ id }) => id) }).toEqual({
      bad: 'rejected',
      good: 'fulfilled',
      runs: { good: 2, bad: 2 },
      projects: ['good'],
    });
  });

  test('who was refused because of work that may not have been kept is not refused for it', async () => {
    let faults = 1;
    // What a driver makes of EIO while the log is written: the transaction is over, and nobody knows how.
    const { store } = await openEngine(folder(), (handle) => {
      const prepare = handle.prepare.bind(handle);
      handle.prepare = ((text: string) => {
        if (text !== 'COMMIT' || faults === 0) return prepare(text);
        const run = () => {
          faults -= 1;
          handle.exec('ROLLBACK');
          throw new SqliteDatabase.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
        };
        return { reader: false, run };
      }) as unknown as Handle['prepare'];
    });
    const insertUnlessThere = async (tx: Writers, id: string, other: string) => {
      if ((await tx.projects.find(other)) !== null) throw new DomainError('VERSION_CONFLICT', 'The other one was first.');
      await tx.projects.insert({ id, name: 'p', createdAt: 1 });
    };
    const [first, second] = await Promise.allSettled([
      store.write((tx) => insertUnlessThere(tx, 'first', 'second')),
      store.write((tx) => insertUnlessThere(tx, 'second', 'first')),
    ]);
    expect({ first, second, kept: (await store.read.projects.all()).map(({ id }) => id) }).toMatchObject({
      first: { reason: { code: 'OUTCOME_UNKNOWN' } },
      second: { status: 'fulfilled' },
      kept: ['second'],
    });
  });

  test('a COMMIT that the disk refuses is OUTCOME_UNKNOWN or STORAGE_FULL, reads go on, and nothing acknowledged is missing afterwards (F30, #101)', async () => {
    const dataDir = folder();
    await (await openIn(dataDir)).close();
    const lines = await linesOf(
      spawn('sh', ['-c', 'trap "" XFSZ; ulimit -f 1200; exec "$0" "$@"', process.execPath, CHILD, dataDir, '1000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const acked = lines.filter((line) => line.startsWith('acked ')).map((line) => line.split(' ')[1]);
    const codes = new Set(lines.filter((line) => line.startsWith('refused ')).map((line) => line.split(' ')[1]));
    const store = await openIn(dataDir);
    const found = await Promise.all(acked.map((id) => store.read.projects.find(id ?? '')));
    expect({
      someAcked: acked.length > 0,
      refused: codes.size > 0,
      others: [...codes].filter((code) => code !== 'OUTCOME_UNKNOWN' && code !== 'STORAGE_FULL'),
      wentOnReading: lines.some((line) => line.startsWith('readable ')),
      missing: found.filter((row) => row === null).length,
    }).toEqual({ someAcked: true, refused: true, others: [], wentOnReading: true, missing: 0 });
  });

  test('a killed process loses nothing that it acknowledged, and leaves no lock (N1)', async () => {
    const dataDir = folder();
    await (await openIn(dataDir)).close();
    const child = spawn(process.execPath, [CHILD, dataDir, '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acked: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith('acked ')) acked.push(line.slice(6));
      if (acked.length === 40) child.kill('SIGKILL');
    }
    const store = await openIn(dataDir);
    const missing = (await Promise.all(acked.map((id) => store.read.projects.find(id)))).filter((row) => row === null);
    expect({ isBusy: acked.length >= 40, missing }).toEqual({ isBusy: true, missing: [] });
  });

  test('a clock set back revives nothing, neither at once nor after a restart, and time goes on (#61)', async () => {
    const dataDir = folder();
    const wall = { at: 1_800_000_000_000, elapsed: 50 };
    const clock: Clock = { now: () => wall.at, elapsed: () => wall.elapsed };
    const store = await openIn(dataDir, clock);
    await insert(store, uuidv7());
    wall.at -= 3_600_000;
    wall.elapsed += 700;
    const atOnce = await store.now();
    await store.close();
    opened.splice(0);
    const again = await openIn(dataDir, clock);
    const afterRestart = await again.now();
    wall.elapsed += 2000;
    expect({
      atOnce,
      afterRestart: afterRestart >= 1_800_000_000_000,
      passed: (await again.now()) - afterRestart,
      passedInWrite: (await again.write((tx) => tx.now())) - afterRestart,
    }).toEqual({ atOnce: 1_800_000_000_700, afterRestart: true, passed: 2000, passedInWrite: 2000 });
  });

  test('time that was only read is not forgotten by a restart', async () => {
    const dataDir = folder();
    const clock = createTestClock();
    const store = await openIn(dataDir, clock);
    const before = clock.now();
    clock.advance(86_400_000);
    const seen = await store.now();
    await store.close();
    opened.splice(0);
    expect((await (await openIn(dataDir, { now: () => before })).now()) >= seen).toBe(true);
  });

  test('a write that is begun inside another one runs after it, in a transaction of its own', async () => {
    const store = await openIn(folder());
    const inner: { written?: Promise<unknown> } = {};
    await store.write(async (tx) => {
      inner.written = insert(store, 'inner');
      await tx.projects.insert({ id: 'outer', name: 'p', createdAt: 1 });
    });
    await inner.written;
    expect((await store.read.projects.all()).map(({ id }) => id).sort()).toEqual(['inner', 'outer']);
  });

  test('a hundred transactions of many statements are each whole, in whatever commits they share', async () => {
    const store = await openIn(folder());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        store.write(async (tx: Writers) => {
          for (const part of ['a', 'b', 'c']) await tx.projects.insert({ id: `${index}${part}`, name: 'p', createdAt: index });
          if (index % 3 === 0) throw new DomainError('VERSION_CONFLICT', 'no');
        }),
      ),
    );
    const rows = await store.read.projects.all();
    const kept = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? ['a', 'b', 'c'].map((part) => `${index}${part}`) : []));
    expect({ keptCount: kept.length, rows: rows.map(({ id }) => id).sort() }).toEqual({ keptCount: 66 * 3, rows: kept.sort() });
  });

  test('an altered row is INTEGRITY, without a word of what it holds', async () => {
    const dataDir = folder();
    const store = await openIn(dataDir);
    await store.write((tx) =>
      tx.tokens.insert(
        {
          id: 't',
          kind: 'svc',
          name: 't',
          homeProjectId: 'p',
          hash: Buffer.alloc(32, 1),
          digest: null,
          operator: false,
          integrationIds: ['i'],
          accessList: null,
          keyScope: null,
          comment: null,
          createdAt: 1,
          createdBy: null,
          expiresAt: null,
          revokedAt: null,
          lastUsedAt: null,
        },
        [],
      ),
    );
    await store.close();
    opened.splice(0);
    const file = openDatabase(join(dataDir, 'changeover.db'));
    file.prepare("update tokens set integration_ids = 'CNRY0123 not json'").run();
    file.close();
    const again = await openIn(dataDir);
    const errors = await Promise.all(
      [again.read.tokens.find('t'), again.read.tokens.findByHash(Buffer.alloc(32, 1))].map((read) => read.catch((error: unknown) => error)),
    );
    expect(
      errors.map((error) => (error instanceof DomainError ? [error.code, `${error.message}${error.stack}`.includes('CNRY')] : error)),
    ).toEqual(Array(2).fill(['INTEGRITY', false]));
  });

  test('destroyed ciphertext is gone from every file of a store that was closed (N11)', async () => {
    const dataDir = folder();
    const store = await openIn(dataDir);
    const canary = Buffer.from('CNRY-sealed-content-to-be-destroyed');
    await store.write((tx) =>
      tx.contents.insert({
        id: 'c',
        projectId: 'p',
        connectionId: 'k',
        blob: canary,
        cipherHash: Buffer.alloc(32),
        keyGeneration: 1,
        createdAt: 1,
      }),
    );
    await store.write((tx) => tx.contents.destroyIfUnused('c', 0));
    await store.close();
    opened.splice(0);
    expect(readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(canary))).toEqual([]);
  });

  test('a closed store refuses, and closing waits for what was accepted', async () => {
    const dataDir = folder();
    const store = await openIn(dataDir);
    const accepted = insert(store, 'accepted');
    await store.close();
    opened.splice(0);
    const refused = await insert(store, 'refused').catch((error: unknown) => error);
    await accepted;
    expect({
      refused: refused instanceof DomainError ? refused.code : refused,
      projects: (await (await openIn(dataDir)).read.projects.all()).map(({ id }) => id),
    }).toEqual({ refused: 'UNAVAILABLE', projects: ['accepted'] });
  });
});

async function linesOf(child: ReturnType<typeof spawn>): Promise<readonly string[]> {
  const lines: string[] = [];
  const ended = once(child, 'close');
  if (child.stdout !== null) for await (const line of createInterface(child.stdout)) lines.push(line);
  await ended;
  return lines;
}
