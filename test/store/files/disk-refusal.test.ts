import { expect, test } from 'vitest';
import { diskRefusal } from '../../../src/store/files/disk-refusal.ts';

test.each([
  ['SQLITE_FULL', 75],
  ['SQLITE_IOERR_WRITE', 75],
  ['ENOSPC', 75],
  ['SQLITE_READONLY_DIRECTORY', 78],
  ['SQLITE_CANTOPEN', 78],
  ['EROFS', 78],
])('a start that the disk refuses with %s says so, and never to move the store away', (code, exitCode) => {
  const refusal = diskRefusal('/data', code);
  expect({ exitCode: refusal?.exitCode, isOneLine: refusal?.message.includes('\n') === false, says: refusal?.message }).toEqual({
    exitCode,
    isOneLine: true,
    says: expect.not.stringMatching(/move|backup|anew/),
  });
});

test.each(['SQLITE_CORRUPT', 'SQLITE_NOTADB', null])('what is wrong with the store itself is not the disk: %s', (code) => {
  expect(diskRefusal('/data', code)).toBe(null);
});
