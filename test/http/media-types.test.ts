import { expect, test } from 'vitest';
import { readMediaType } from '../../src/http/media-types.ts';

test.each([
  ['application/json', { type: 'application/json', isUtf8: true }],
  ['Application/JSON; Charset="UTF-8"', { type: 'application/json', isUtf8: true }],
  ['application/json;charset=utf8; boundary=x', { type: 'application/json', isUtf8: true }],
  ['application/json; charset=utf-8; charset=latin1', { type: 'application/json', isUtf8: false }],
  ['text/plain ; charset=latin1', { type: 'text/plain', isUtf8: false }],
  ['', { type: '', isUtf8: true }],
  [undefined, { type: '', isUtf8: true }],
])('a Content-Type of %j says what the body is, and in which charset', (header, expected) => {
  expect(readMediaType(header)).toEqual(expected);
});
