import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StartupError } from '../../../src/domain/errors/startup-error.ts';
import { appendAnchor, readLastAnchor } from '../../../src/store/files/anchor-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'changeover-anchor-'));

test('the newest anchor of an instance is read from the end of its file', async () => {
  const file = join(folder, 'anchors');
  for (const seq of [1, 2]) await appendAnchor(file, 'own', { seq, head: `${seq}${seq}`, at: seq });
  expect({ own: readLastAnchor(file, 'own'), other: readLastAnchor(file, 'other'), none: readLastAnchor(`${file}-none`, 'own') }).toEqual({
    own: { seq: 2, head: '22', at: 2, instance: 'own' },
    other: null,
    none: null,
  });
});

test('an anchor file that can not be read ends the start in a line that names its setting, whatever it is instead', () => {
  expect(() => readLastAnchor(folder, 'own')).toThrow(
    new StartupError("CHANGEOVER_AUDIT_ANCHOR_FILE can't be read (EISDIR): it says whether the store is older than it should be."),
  );
});
