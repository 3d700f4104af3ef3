import { expect, test } from 'vitest';
import { requireReplaced, requireUnneeded } from '../../../src/domain/key/data-key-retirement.ts';
import { UPGRADE_RECORD_MS } from '../../../src/domain/ports/vault.ts';

const newest = { generation: 3, createdAt: 1000 };
const GONE = 1000 + UPGRADE_RECORD_MS;
const refused = (details: object) => expect.objectContaining({ code: 'BAD_REQUEST', ...details });

test('the data key in use is not retired, however old it is', () => {
  expect(() => requireReplaced(3, newest, GONE * 2)).toThrow(refused({}));
});

test('an older one is retired once the newest has been there for as long as a gateway may not know of it, and not a moment before', () => {
  expect(() => requireReplaced(2, newest, GONE)).not.toThrow();
  expect(() => requireReplaced(2, newest, GONE - 1)).toThrow(refused({ details: expect.objectContaining({ retryAfterSeconds: 1 }) }));
});

test('one that a single row needs stays, and who asked is told which rows they are', () => {
  expect(() => requireUnneeded({ versions: 0, changes: 0 })).not.toThrow();
  expect(() => requireUnneeded({ versions: 0, changes: 1 })).toThrow(refused({ details: expect.objectContaining({ changes: 1 }) }));
});
