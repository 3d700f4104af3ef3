import { createHmac } from 'node:crypto';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { expect, test } from 'vitest';
import type { StatementSource } from '../../../src/store/engine.ts';
import { areListed, entryOf } from '../../../src/store/sql/signing/authority.ts';
import { withMac } from '../../../src/store/sql/signing/row-mac.ts';
import type { SignedSource } from '../../../src/store/sql/signing/signing.ts';
import { writeJson } from '../../../src/store/tables/stored-json.ts';
import { sqliteTables } from '../../../src/store/tables/tables.ts';

const sign = (text: string | Uint8Array) => createHmac('sha256', 'the key of this test').update(text).digest();
const mac = Buffer.alloc(32, 1);
const row = { table: sqliteTables.tokens, row: { id: 'mine' }, entry: entryOf('token', 'mine'), mac };

/** A list as the database gives it. */
function listOf(revision: number) {
  const list = { id: 'authority', revision, entries: { [row.entry]: mac.toString('hex') } };
  const signed = withMac({ signing: { sign, known: null, seen: { latest: null } } }, sqliteTables.authorityHead, list);
  return { mac: signed.mac, stored: [list.id, revision, writeJson(list.entries), signed.mac] };
}

/** A source whose reads of the list wait until they are answered, in the order in which they were asked. */
function waitingSource() {
  const asked: ((rows: readonly (readonly unknown[])[]) => void)[] = [];
  const source: SignedSource = {
    db: drizzle.mock() as unknown as StatementSource['db'],
    rows: () => new Promise((resolve) => asked.push(resolve)),
    signing: { sign, known: null, seen: { latest: null } },
  };
  return { source, answer: (nth: number, list: ReturnType<typeof listOf>) => asked[nth]?.([list.stored]) };
}

test('a read of the list that was on its way while another one saw a newer list is no older copy, and is read again', async () => {
  const { source, answer } = waitingSource();
  const [old, newer] = [listOf(5), listOf(6)];
  const slow = areListed(source, sqliteTables, old.mac, [row]);
  const quick = areListed(source, sqliteTables, newer.mac, [row]);
  answer(1, newer);
  const quickFound = await quick;
  answer(0, old);
  const slowFound = await slow;
  const again = await areListed(source, sqliteTables, newer.mac, [row]);
  expect({ quickFound, slowFound, again, seen: source.signing.seen.latest?.row.revision }).toEqual({
    quickFound: true,
    slowFound: true,
    again: true,
    seen: 6,
  });
});

test('a list that is older than one that was seen before it was asked for is INTEGRITY', async () => {
  const { source, answer } = waitingSource();
  const first = areListed(source, sqliteTables, listOf(6).mac, [row]);
  answer(0, listOf(6));
  await first;
  const second = areListed(source, sqliteTables, listOf(5).mac, [row]);
  answer(1, listOf(5));
  await expect(second).rejects.toMatchObject({ code: 'INTEGRITY', details: { table: 'authority_head' } });
});

test('a row that was read with another list than the one that is there now is read again', async () => {
  const { source, answer } = waitingSource();
  const found = areListed(source, sqliteTables, listOf(5).mac, [row]);
  answer(0, listOf(6));
  expect(await found).toBeNull();
});
