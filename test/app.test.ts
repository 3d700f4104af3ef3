import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { StartupError } from '../src/domain/errors/startup-error.ts';
import { openDatabase } from '../src/store/sqlite/sqlite-driver.ts';

const root = mkdtempSync(join(tmpdir(), 'changeover-app-'));
const good = join(root, 'good');
const start = (dataDir: string) => createApp(readConfig({ CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'silent' }));
const edit = (dir: string, statement: string) => {
  const handle = openDatabase(join(dir, 'changeover.db'));
  handle.exec(statement);
  handle.close();
};

/** Name, mode and content of each file. */
function contents(dir: string): readonly string[] {
  return readdirSync(dir)
    .toSorted()
    .map((name) => {
      const file = join(dir, name);
      return `${name} ${statSync(file).mode.toString(8)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
    });
}

function run(dataDir: string): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const environment = { PATH: process.env.PATH, PORT: '0', CHANGEOVER_DATA_DIR: dataDir };
    const child = execFile(process.execPath, ['dist/main.js'], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
    // A gateway that started has nothing more to show.
    child.stdout?.once('data', () => child.kill());
  });
}

describe('a start that must not be is one line and exit code 78, and the data directory stays as it was', () => {
  beforeAll(async () => {
    await (await start(good)).close();
  });

  const key = (dir: string) => join(dir, 'master.key');
  const database = (dir: string) => join(dir, 'changeover.db');
  const SPOILED: Readonly<Record<string, readonly [(dir: string) => void, RegExp]>> = {
    'a wrong key (N14)': [
      (dir) => writeFileSync(key(dir), randomBytes(32).toString('hex')),
      /key given is [0-9a-f]{16}, the store is sealed with [0-9a-f]{16}/,
    ],
    'a short key': [(dir) => writeFileSync(key(dir), 'abcd'), /64 hex digits or exactly 32 bytes/],
    'a key that others may read (F29)': [(dir) => chmodSync(key(dir), 0o644), /may be read by others \(mode 644\)/],
    'a key that is gone: no other one is made': [(dir) => rmSync(key(dir)), /does not exist. Put the key of the store there/],
    'a newer schema (#110)': [
      (dir) => edit(dir, "insert into changeover_migrations (hash, created_at) values ('newer', 99999999999999)"),
      /written by a newer release/,
    ],
    'a trigger that takes audit rows away': [
      (dir) => edit(dir, 'create trigger quiet after insert on audit begin delete from audit where id = new.id; end'),
      /the trigger "quiet" of table "audit" is not one of ours/,
    ],
    'a view in the place of a table': [
      (dir) => {
        edit(dir, 'alter table provider_grants rename to provider_grants_of_before');
        edit(dir, 'create view provider_grants as select * from provider_grants_of_before');
      },
      /has a schema that was changed/,
    ],
    'a unique index that refuses rows': [
      (dir) => edit(dir, 'create unique index one_lease on leases (connection_id)'),
      /the index "one_lease" of table "leases" is not one of ours/,
    ],
    'an index of ours that is gone': [
      (dir) => edit(dir, 'drop index audit_entity'),
      /the index "audit_entity" of table "audit" is missing/,
    ],
    'an empty file (N13)': [(dir) => truncateSync(database(dir), 0), /is not a SQLite database/],
    'a file that was cut (N13)': [(dir) => truncateSync(database(dir), 40_000), /is damaged/],
    'a file of something else (N13)': [(dir) => writeFileSync(database(dir), 'not a database at all'), /is not a SQLite database/],
    "another program's database (N13)": [
      (dir) => {
        rmSync(database(dir));
        edit(dir, 'create table theirs (id integer)');
      },
      /is not a Changeover store/,
    ],
    'pages that are overwritten (N13)': [
      (dir) => {
        const bytes = readFileSync(database(dir));
        bytes.fill(0xff, 4096, 4096 * 8);
        writeFileSync(database(dir), bytes);
      },
      /is damaged/,
    ],
  };

  /** A spoiled copy of the good directory, and what was in it. */
  function spoiled(name: string): { readonly dir: string; readonly before: readonly string[] } {
    const dir = mkdtempSync(join(root, 'spoiled-'));
    cpSync(good, dir, { recursive: true });
    SPOILED[name]?.[0](dir);
    return { dir, before: contents(dir) };
  }

  test.each(Object.entries(SPOILED))('%s', async (name, [, expected]) => {
    const { dir, before } = spoiled(name);
    const refused = await start(dir).catch((error: unknown) => error);
    expect({ isExpected: refused instanceof StartupError, refused, after: contents(dir) }).toEqual({
      isExpected: true,
      refused: expect.objectContaining({ exitCode: 78, message: expect.stringMatching(expected) }),
      after: before,
    });
    expect((refused as StartupError).message).not.toContain('\n');
  });

  test.each(['a wrong key (N14)', 'a trigger that takes audit rows away', 'pages that are overwritten (N13)'])(
    'as people see it: %s',
    async (name) => {
      const { dir, before } = spoiled(name);
      const { code, stdout, stderr } = await run(dir);
      expect({ code, stdout, lines: stderr.trimEnd().split('\n').length, stderr, after: contents(dir) }).toEqual({
        code: 78,
        stdout: '',
        lines: 1,
        stderr: expect.stringMatching(SPOILED[name]?.[1] ?? /^$/),
        after: before,
      });
    },
  );

  test('a stored key that was altered ends the start in one line, too, and frees the store', async () => {
    const dir = join(root, 'altered');
    cpSync(good, dir, { recursive: true });
    edit(dir, "update data_keys set wrapped = randomblob(length(wrapped)) where purpose = 'candidate'");
    const { code, stderr } = await run(dir);
    edit(dir, "delete from data_keys where purpose = 'candidate'");
    expect({
      code,
      lines: stderr.trimEnd().split('\n').length,
      stderr: stderr.includes('doctor'),
      close: await (await start(dir)).close(),
    }).toEqual({ code: 78, lines: 1, stderr: true, close: undefined });
  });
});
