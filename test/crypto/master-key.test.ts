import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadMasterKey } from '../../src/crypto/master-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'changeover-key-'));
const hex = 'ab'.repeat(32);
function file(content: string | Buffer, mode = 0o600): string {
  const path = join(folder, `key-${randomUUID()}`);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}
const load = (path: string) => loadMasterKey({ file: path, createIfAbsent: false });

test.each([
  ['64 hex digits', hex],
  ['64 hex digits and a newline', `${hex}\n`],
  ['upper case', `${hex.toUpperCase()}\r\n`],
  ['32 bytes', Buffer.alloc(32, 0xab)],
  ['32 bytes and a newline', Buffer.concat([Buffer.alloc(32, 0xab), Buffer.from('\n')])],
])('#106 %s is a key', (_, content) => {
  expect(load(file(content)).toString('hex')).toBe(hex);
});

test.each([
  ['31 bytes', Buffer.alloc(31, 0xab)],
  ['33 bytes', Buffer.alloc(33, 0xab)],
  ['base64 for hex', Buffer.alloc(32, 0xab).toString('base64')],
  ['63 digits', hex.slice(1)],
  ['two newlines', `${hex}\n\n`],
  ['nothing', ''],
  ['a long file', 'ab'.repeat(4096)],
])('#106 %s is refused in one line that shows nothing of it', (_, content) => {
  const path = file(content);
  let message = '';
  try {
    load(path);
  } catch (error) {
    message = error instanceof Error ? `${error.name}: ${error.message}` : '';
  }
  expect({
    isStartupError: message.startsWith('StartupError: '),
    hasLines: message.includes('\n'),
    showsKey: message.includes('abab'),
  }).toEqual({ isStartupError: true, hasLines: false, showsKey: false });
});

test.each([0o644, 0o640, 0o604])('F29 a key that others may read (mode %i) is refused', (mode) => {
  expect(() => load(file(hex, mode))).toThrow(/chmod 600/);
});

test('an absent key is made once, 0600, and is the same afterwards', () => {
  const path = join(folder, 'made');
  const made = loadMasterKey({ file: path, createIfAbsent: true });
  expect({ mode: statSync(path).mode & 0o777, isSame: load(path).equals(made), text: readFileSync(path, 'utf8') }).toEqual({
    mode: 0o600,
    isSame: true,
    text: `${made.toString('hex')}\n`,
  });
});

test('an absent key that must not be made, a folder and a missing folder are refused', () => {
  for (const path of [join(folder, 'absent'), folder]) expect(() => load(path)).toThrow(/master key file/);
  expect(() => loadMasterKey({ file: join(folder, 'no/such/key'), createIfAbsent: true })).toThrow(/could not be made/);
});
