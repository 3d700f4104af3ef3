import { chmodSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';

const start = async (dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<string> => {
  try {
    const app = await createApp(readConfig({ PORT: '0', CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'silent', ...settings }));
    await app.close();
    return 'started';
  } catch (error) {
    return String(error);
  }
};
const folder = (mode: number): string => {
  const made = mkdtempSync(join(tmpdir(), 'changeover-folder-'));
  chmodSync(made, mode);
  return made;
};
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test.each([
  [0o777, '750'],
  [0o775, '750'],
  [0o722, '700'],
  [0o755, '755'],
  [0o700, '700'],
])('a data directory of mode %o is written by its owner alone once the gateway has started', async (mode, after) => {
  const dataDir = folder(mode);
  expect({ outcome: await start(dataDir), mode: modeOf(dataDir) }).toEqual({ outcome: 'started', mode: after });
});

test('a folder that is shared with everybody is no data directory', async () => {
  const dataDir = folder(0o1777);
  expect({ outcome: await start(dataDir), mode: modeOf(dataDir) }).toEqual({
    outcome: expect.stringContaining('is shared with everybody (mode 1777)'),
    mode: '1777',
  });
});

test.each(['the data directory', 'the master key'])('everybody may write to a folder above %s, so nothing is started', async (what) => {
  const open = folder(0o700);
  const below = join(open, 'a', 'b');
  mkdirSync(below, { recursive: true, mode: 0o700 });
  await start(below);
  chmodSync(open, 0o777);
  const dataDir = what === 'the master key' ? folder(0o700) : below;
  const said = await start(dataDir, what === 'the master key' ? { CHANGEOVER_MASTER_KEY_FILE: join(below, 'master.key') } : {});
  expect(said).toContain(`Everybody may write to ${open} (mode 777)`);
});
