import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createFileProvider } from '../../src/secrets/file/index.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { failureOf } from '../support/outcomes/secret-failure.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'changeover-files-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let home: string;
let granted: string;
let ours: string;
let made = 0;

beforeEach(() => {
  made += 1;
  home = join(root, String(made));
  granted = join(home, 'granted');
  ours = join(home, 'data');
  for (const folder of [home, granted, ours, join(home, 'other')]) mkdirSync(folder);
  writeFileSync(join(granted, 'sales.json'), 'of sales', { mode: 0o600 });
  writeFileSync(join(home, 'other', 'hr.json'), 'of hr', { mode: 0o600 });
  writeFileSync(join(ours, 'master.key'), 'the master key', { mode: 0o600 });
});

const { signal } = new AbortController();
const provider = () => createFileProvider([ours, join(ours, 'master.key')]);
const read = async (path: string, prefix = granted) => (await provider().read(path, [prefix], signal)).toString('utf8');

const mounted = join(root, 'mounted');
mkdirSync(mounted);
describeSecretProvider('file', {
  provider: createFileProvider([]),
  store(name, content) {
    writeFileSync(join(mounted, name), content, { mode: 0o600 });
    return join(mounted, name);
  },
  prefixes: [mounted, `${mounted}-2`, join(root, 'elsewhere')],
  noPrefixes: [
    '/',
    '//',
    '',
    'granted',
    '/a/../b',
    '/a/./b',
    '/a//b',
    '/proc',
    '/proc/self',
    '/sys',
    '/dev',
    '/a\n',
    '/a\0b',
    `/${'a'.repeat(1024)}`,
  ],
  noPaths: ['', '/', 'A', './A', `${mounted}/../mounted/A`, `${mounted}//A`, `${mounted}/A\0`, `${mounted}/`, `${mounted}/\ud800`],
});

describe('secrets in files', () => {
  test('a file in a granted folder, or in one below it, is read', async () => {
    mkdirSync(join(granted, 'deep'));
    writeFileSync(join(granted, 'deep', 'x'), 'deep');
    expect({ shallow: await read(join(granted, 'sales.json')), deep: await read(join(granted, 'deep', 'x')) }).toEqual({
      shallow: 'of sales',
      deep: 'deep',
    });
  });

  test('a mounted secret, which is a link to a folder beside it that is replaced whole, is read, and the new one after it', async () => {
    for (const at of ['1', '2']) {
      mkdirSync(join(granted, `..${at}`));
      writeFileSync(join(granted, `..${at}`, 'password'), `of ${at}`);
    }
    symlinkSync('..1', join(granted, '..data'));
    symlinkSync('..data/password', join(granted, 'password'));
    const first = await read(join(granted, 'password'));
    symlinkSync('..2', join(granted, '..next'));
    renameSync(join(granted, '..next'), join(granted, '..data'));
    expect({ first, second: await read(join(granted, 'password')) }).toEqual({ first: 'of 1', second: 'of 2' });
  });

  test('a secret that is replaced while it is read is had all the same, at whatever moment', async () => {
    const had = [];
    for (let round = 0; round < 80; round += 1) {
      const reading = read(join(granted, 'sales.json')).catch(String);
      // A look at the disk takes as long as one of the steps of reading.
      for (let steps = round % 20; steps > 0; steps -= 1) await stat(granted);
      writeFileSync(join(home, 'next'), 'of sales', { mode: 0o600 });
      renameSync(join(home, 'next'), join(granted, 'sales.json'));
      had.push(await reading);
    }
    expect(new Set(had)).toEqual(new Set(['of sales']));
  });

  test('a granted folder may itself be a link', async () => {
    symlinkSync(granted, join(home, 'link'));
    expect(await read(join(home, 'link', 'sales.json'), join(home, 'link'))).toBe('of sales');
  });

  test.each<[string, () => string]>([
    ['in another folder', () => join(home, 'other', 'hr.json')],
    ['beside the folder, with its name as a beginning', () => `${granted}-2/x`],
    ['behind ..', () => `${granted}/../other/hr.json`],
    ['behind a hidden ..', () => `${granted}/./../other/hr.json`],
    ['the folder itself', () => granted],
    ['relative', () => 'granted/sales.json'],
    ['with NUL', () => `${granted}/sales.json\0`],
    ['encoded', () => `${granted}/..%2fother/hr.json`],
  ])('what lies %s is not granted', async (_, path) => {
    expect(await failureOf(read(path()))).toMatch(/^(not-granted|missing)$/);
  });

  test.each<[string, () => void]>([
    ['a link to a file outside', () => symlinkSync(join(home, 'other', 'hr.json'), join(granted, 'x'))],
    ['a link to a folder outside', () => symlinkSync(join(home, 'other'), join(granted, 'x'))],
    ['a link to the master key', () => symlinkSync(join(ours, 'master.key'), join(granted, 'x'))],
    ['a hard link to the master key', () => linkSync(join(ours, 'master.key'), join(granted, 'x'))],
    ['a link to the memory of this process', () => symlinkSync('/proc/self/environ', join(granted, 'x'))],
    ['a link to a device', () => symlinkSync('/dev/zero', join(granted, 'x'))],
  ])('%s is not granted', async (_, make) => {
    make();
    expect(await failureOf(read(join(granted, 'x')))).toBe('not-granted');
  });

  test('what lies in a folder outside is not granted by a link to it', async () => {
    symlinkSync(join(home, 'other'), join(granted, 'x'));
    expect(await failureOf(read(join(granted, 'x', 'hr.json')))).toBe('not-granted');
  });

  test("the gateway's own data is nobody's secret, even where its folder was granted", async () => {
    expect({
      within: await failureOf(read(join(ours, 'master.key'), ours)),
      above: await failureOf(read(join(ours, 'master.key'), home)),
    }).toEqual({ within: 'not-granted', above: 'not-granted' });
  });

  test.each<[string, string, () => Promise<void> | void]>([
    ['a folder', 'unreadable', () => mkdirSync(join(granted, 'x'))],
    ['a named pipe, without waiting for its writer', 'unreadable', () => void spawnSync('mkfifo', [join(granted, 'x')])],
    ['a socket', 'unreadable', listen],
    ['a file that everybody may write', 'unreadable', () => void write(0o666)],
    ['a file in a folder that everybody may write', 'unreadable', () => chmodSync(join(write(0o600), '..'), 0o777)],
    ['a link to nothing', 'missing', () => symlinkSync('nothing', join(granted, 'x'))],
    ['a link to itself', 'unreadable', () => symlinkSync('x', join(granted, 'x'))],
    ['10 GB with nothing in them', 'too-large', () => truncateSync(write(0o600), 10_000_000_000)],
  ])('%s is %s', async (_, failure, make) => {
    await make();
    expect(await failureOf(read(join(granted, 'x')))).toBe(failure);
  });

  test.each([
    ['the granted folder', 0],
    ['a folder below it, two above the file', 1],
    ['the one between', 2],
    ["the file's own", 3],
  ])('a file is unreadable when everybody may write %s, unless it is sticky', async (_, depth) => {
    const folders = [granted, join(granted, 'a'), join(granted, 'a', 'b'), join(granted, 'a', 'b', 'c')];
    mkdirSync(folders.at(-1) ?? '', { recursive: true });
    const path = join(folders.at(-1) ?? '', 'x');
    writeFileSync(path, 'deep', { mode: 0o600 });
    const open = folders[depth] ?? '';
    const before = await read(path);
    chmodSync(open, 0o777);
    const refused = await failureOf(read(path));
    chmodSync(open, 0o1777);
    expect({ before, refused, afterwards: await read(path) }).toEqual({ before: 'deep', refused: 'unreadable', afterwards: 'deep' });
  });

  test('a slash at the end of a prefix makes no difference', () => {
    expect(provider().readPrefix('/run/secrets/')).toBe('/run/secrets');
  });
});

function write(mode: number): string {
  const path = join(granted, 'x');
  writeFileSync(path, 'content');
  chmodSync(path, mode);
  return path;
}

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listen(): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(join(granted, 'x'), resolve));
}
