import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkMasterKey } from '../../../src/crypto/key-check.ts';
import { StartupError } from '../../../src/domain/errors/startup-error.ts';
import type { InstanceRow } from '../../../src/domain/ports/instance-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { openDatabase } from '../../../src/store/sqlite/sqlite-driver.ts';
import { createTestClock, openSigned, verifyTestInstance } from '../../support/store/services.ts';

const CHILD = fileURLToPath(new URL('writing-child.mjs', import.meta.url));

describe('opening the embedded store', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'changeover-'));
  const open = (dataDir: string, verifyInstance = verifyTestInstance) =>
    openSigned(openStore({ dataDir }, { clock: createTestClock(), verifyInstance }));
  const makeStore = async () => {
    const dataDir = folder();
    const { store } = await open(dataDir);
    await store.write((tx) => tx.projects.insert({ id: 'kept', name: 'p', createdAt: 1 }));
    await store.close();
    return dataDir;
  };
  const refusalOf = async (dataDir: string, verifyInstance = verifyTestInstance) => {
    const error: unknown = await open(dataDir, verifyInstance).then(
      async ({ store }) => await store.close(),
      (reason: unknown) => reason,
    );
    return error instanceof StartupError
      ? { exitCode: error.exitCode, lines: error.message.split('\n').length, message: error.message }
      : error;
  };
  const bytesOf = (dataDir: string) =>
    Object.fromEntries(readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name)).toString('base64')]));
  const alter = (dataDir: string, statement: string) => {
    const file = openDatabase(join(dataDir, 'changeover.db'));
    file.exec(statement);
    file.close();
  };
  const wrongKey = (stored: InstanceRow | null) => {
    if (stored !== null) checkMasterKey(Buffer.alloc(32, 9), stored);
    return verifyTestInstance(stored);
  };

  const SPOILT: readonly {
    readonly what: string;
    readonly says: RegExp;
    readonly spoil: (dataDir: string, file: string) => void;
    readonly verify?: typeof verifyTestInstance;
  }[] = [
    { what: 'an empty file', says: /is not a SQLite database/, spoil: (_, file) => truncateSync(file, 0) },
    {
      what: 'a text file',
      says: /is not a SQLite database/,
      spoil: (_, file) => writeFileSync(file, 'minutes of the meeting\n'.repeat(500)),
    },
    { what: 'a file that was cut', says: /is damaged/, spoil: (_, file) => truncateSync(file, 3 * 4096 + 100) },
    { what: 'a file cut to its first page', says: /is damaged/, spoil: (_, file) => truncateSync(file, 4096) },
    {
      what: 'a file with a page overwritten',
      says: /is damaged/,
      spoil: (_, file) => {
        const bytes = readFileSync(file);
        bytes.fill(0xa5, 2 * 4096, 3 * 4096);
        writeFileSync(file, bytes);
      },
    },
    {
      what: "another program's database",
      says: /is not a Changeover store/,
      spoil: (dataDir) => alter(dataDir, 'pragma application_id = 7'),
    },
    {
      what: 'a newer schema (#110)',
      says: /newer release/,
      spoil: (dataDir) => alter(dataDir, "insert into changeover_migrations (hash, created_at) values ('x', 9999999999999)"),
    },
    { what: 'a store without its instance', says: /has lost the row/, spoil: (dataDir) => alter(dataDir, 'delete from instance') },
    { what: 'a wrong master key (N14)', says: /does not open this store/, spoil: () => {}, verify: wrongKey },
  ];

  test.each(SPOILT)('$what is refused in one line, and no byte is written (N13)', async ({ says, spoil, verify }) => {
    const dataDir = await makeStore();
    spoil(dataDir, join(dataDir, 'changeover.db'));
    const before = bytesOf(dataDir);
    const refusal = await refusalOf(dataDir, verify);
    expect({ refusal, unchanged: bytesOf(dataDir) }).toEqual({
      refusal: { exitCode: 78, lines: 1, message: expect.stringMatching(says) },
      unchanged: before,
    });
  });

  test('a wrong key after a crash leaves the log of the crash as it is, and the right one then reads it (N14)', async () => {
    const dataDir = await makeStore();
    const child = spawn(process.execPath, [CHILD, dataDir, '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acked: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith('acked ')) acked.push(line.slice(6));
      if (acked.length === 8) child.kill('SIGKILL');
    }
    // As after the machine's own crash, which leaves no shared memory.
    const crashed = folder();
    for (const name of ['changeover.db', 'changeover.db-wal']) cpSync(join(dataDir, name), join(crashed, name));
    writeFileSync(join(crashed, 'changeover.lock'), '');
    const before = bytesOf(crashed);
    const refusal = await refusalOf(crashed, wrongKey);
    const after = bytesOf(crashed);
    const { store } = await open(crashed);
    const missing = (await Promise.all(acked.map((id) => store.read.projects.find(id)))).filter((row) => row === null);
    await store.close();
    expect({ refusal, before: Object.keys(before), after, missing }).toEqual({
      refusal: expect.objectContaining({ exitCode: 78 }),
      before: ['changeover.db', 'changeover.db-wal', 'changeover.lock'],
      after: before,
      missing: [],
    });
  });

  test('a wrong key for a new store makes none (N14)', async () => {
    const dataDir = folder();
    const refusal = await refusalOf(dataDir, () => {
      throw new StartupError('The master key is too short.');
    });
    expect({ refusal, files: readdirSync(dataDir) }).toEqual({
      refusal: { exitCode: 78, lines: 1, message: 'The master key is too short.' },
      files: ['changeover.lock'],
    });
  });

  test('a second process is told that the first one holds the store, and gets it once that has ended', async () => {
    const dataDir = await makeStore();
    const { store } = await open(dataDir);
    const refusal = await refusalOf(dataDir);
    await store.close();
    expect({ refusal, afterwards: await refusalOf(dataDir) }).toEqual({
      refusal: { exitCode: 75, lines: 1, message: expect.stringMatching(/^Another Changeover process is using /) },
      afterwards: undefined,
    });
  });

  test('a first start that was killed on its way is no hindrance to the next', async () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'changeover.db.new'), 'half of a');
    writeFileSync(join(dataDir, 'changeover.db.new-wal'), 'store');
    const { store } = await open(dataDir);
    await store.close();
    expect(readdirSync(dataDir).sort()).toEqual(['changeover.db', 'changeover.lock']);
  });

  test("the folder and the file are their owner's alone", async () => {
    const dataDir = join(folder(), 'made', 'by', 'us');
    const { store } = await open(dataDir);
    const modes = [dataDir, ...['changeover.db', 'changeover.db-wal', 'changeover.db-shm'].map((name) => join(dataDir, name))].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    await store.close();
    expect(modes).toEqual(['700', '600', '600', '600']);
  });

  test('the instance is made once and is the same at every start', async () => {
    const dataDir = folder();
    const first = await open(dataDir);
    await first.store.close();
    const second = await open(dataDir);
    await second.store.close();
    expect(second.instance).toEqual(first.instance);
  });

  test('a store that has more than the migrations it names is refused before any of them runs, and stays as it was', async () => {
    const dataDir = await makeStore();
    alter(dataDir, 'update changeover_migrations set created_at = 1');
    const before = readFileSync(join(dataDir, 'changeover.db'));
    expect({
      refusal: await refusalOf(dataDir),
      same: readFileSync(join(dataDir, 'changeover.db')).equals(before),
      copies: readdirSync(dataDir).filter((name) => name.includes('.before-')),
    }).toEqual({ refusal: { exitCode: 78, lines: 1, message: expect.stringMatching(/table/) }, same: true, copies: [] });
  });

  test('a data directory that is a file is refused in one line', async () => {
    const dataDir = join(folder(), 'file');
    writeFileSync(dataDir, '');
    chmodSync(dataDir, 0o600);
    expect({ refusal: await refusalOf(dataDir), isThere: existsSync(dataDir) }).toEqual({
      refusal: { exitCode: 78, lines: 1, message: expect.stringMatching(/can't be made \(E[A-Z]+\)/) },
      isThere: true,
    });
  });

  test('one flipped byte anywhere is refused or read without harm, and the process lives', async () => {
    const dataDir = await makeStore();
    const whole = readFileSync(join(dataDir, 'changeover.db'));
    const outcomes = new Set<string>();
    for (let at = 17; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      const copy = folder();
      writeFileSync(join(copy, 'changeover.db'), bytes);
      outcomes.add(
        await open(copy).then(
          async ({ store }) => {
            const read = await store.read.projects.all().then(
              (rows) => (rows.length <= 1 ? 'read' : 'more rows'),
              (error: Error) => error.name,
            );
            await store.close();
            return read;
          },
          (error: Error) => error.name,
        ),
      );
    }
    expect([...outcomes].filter((outcome) => !['read', 'StartupError', 'DomainError'].includes(outcome))).toEqual([]);
  });
});
