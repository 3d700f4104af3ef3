import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isIntact, textOf, withMac } from '../../../src/store/sql/signing/row-mac.ts';
import { readJson, writeJson } from '../../../src/store/tables/stored-json.ts';
import { sqliteTables } from '../../../src/store/tables/tables.ts';

const { versions } = sqliteTables;
const sign = (text: string | Uint8Array) => createHmac('sha256', 'the key of this test').update(text).digest();
const source = { signing: { sign, known: null, seen: { latest: null } } };
const certificate = (length: number) => ({ host: 'db.example.com', sslOptions: { caData: `zażółć ${'MIIB'.repeat(length)}` } });
const row = (settings: object, reference: object | null = null) => ({
  connectionId: 'c',
  version: 1,
  kind: 'postgres',
  settings,
  reference,
});
const { mac } = withMac(source, versions, row(certificate(2000), certificate(900)));
/** The row as a driver gives it, with this text in its column. */
const stored = (text: string) => ({ ...row({}, certificate(900)), settings: readJson(text), mac });

describe('a row with long JSON', () => {
  const text = writeJson(certificate(2000));

  test('is signed as its text in one piece would be, whatever longer row was signed before', () => {
    withMac(source, versions, row(certificate(9000)));
    const { mac: own } = withMac(source, versions, row(certificate(2000)));
    expect(own).toEqual(sign(textOf(versions, row(certificate(2000)))));
  });

  test('is intact as it was written, each time that it is asked', () => {
    const read = stored(text);
    expect([isIntact(source, versions, read), isIntact(source, versions, read)]).toEqual([true, true]);
  });

  test.each([
    ['another value', writeJson(certificate(2001))],
    ['a space that means nothing', text.replace(':', ': ')],
    ['a member before the one of the same name', text.replace('{', '{"host":"evil.example.com",')],
    ['what is no JSON', text.slice(1)],
  ])('is not intact with %s', (_, altered) => {
    expect(isIntact(source, versions, stored(altered))).toBe(false);
  });
});
