import { expect, test } from 'vitest';
import { errorFields } from '../src/log.ts';

const canary = 'CNRY0123456789abcdef';
const thrown: readonly [string, unknown][] = [
  ['a message', new Error(canary)],
  ['a cause', new Error('x', { cause: new Error(canary) })],
  ['an AggregateError', new AggregateError([new Error(canary)], canary)],
  ['the input of a URL', Object.assign(new TypeError('Invalid URL'), { input: `http://u:${canary}@h:99999` })],
  ['a code that is no code', Object.assign(new Error('x'), { code: canary })],
  ['a message that looks like a stack', new Error(`x\n    at ${canary} (src/${canary}/x.ts:1:1)`)],
  ['details of a driver', Object.assign(new Error('x'), { code: '23505', detail: canary, where: canary, params: [canary] })],
  ['a property under a symbol', Object.assign(new Error('x'), { [Symbol(canary)]: canary })],
  ['a string', canary],
  ['an object', { message: canary, toString: () => canary }],
  ['nothing', undefined],
];

test.each(thrown)('#41 a log line shows nothing of what is thrown: %s', (_, error) => {
  expect(JSON.stringify(errorFields(error))).not.toContain(canary);
});

test('#41 an error whose properties throw is logged, too', () => {
  const hostile = new Error('x');
  for (const name of ['stack', 'message', 'code', 'cause'])
    Object.defineProperty(hostile, name, {
      get() {
        throw new Error(canary);
      },
    });
  expect(errorFields(hostile)).toEqual({ error: 'unreadable' });
});

test('a bug is found by its class and place', () => {
  expect(errorFields(new RangeError('x'))).toEqual({
    error: 'RangeError',
    code: null,
    at: expect.stringMatching(/^(src|dist|node_modules)\/\S+:\d+$/),
  });
});
