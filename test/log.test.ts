import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { outliveAcceptErrors } from '../src/last-resort.ts';
import { createLog, errorFields } from '../src/log.ts';
import { keepLog } from './support/gateway/kept-log.ts';

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
  expect(errorFields(hostile)).toEqual({ error: 'unreadable', code: null, at: null });
});

test('a bug is found by its class and place', () => {
  expect(errorFields(new RangeError('x'))).toEqual({
    error: 'RangeError',
    code: null,
    at: expect.stringMatching(/^(src|dist|node_modules)\/\S+:\d+$/),
  });
});

test('what would end a line, act on a terminal or turn the reading direction is escaped, and reads as it was', () => {
  const { stream, lines } = keepLog();
  const name = 'a\r\nb\u001b[31m\u007f\u0085\u009b\u2028\u2029\u202e\u2066 ü 漢 \ud800';
  createLog('info', stream).write('periodic work failed', { name, ...errorFields(null) });
  const [line = ''] = lines;
  expect({ lines: lines.length, isHarmless: /^[\x20-\x7e\xa0-\u1fff\u3000-\u9fff]+\n$/.test(line), name: JSON.parse(line).name }).toEqual({
    lines: 1,
    isHarmless: true,
    name,
  });
});

test('a text is cut at 200 characters, and a token shows its kind alone', () => {
  const { stream, of } = keepLog();
  createLog('info', stream).write('periodic work failed', { name: `chg_pat_${'x'.repeat(20)} ${'y'.repeat(500)}`, ...errorFields(null) });
  expect(of('periodic work failed')[0]?.name).toBe(`chg_pat_(hidden) ${'y'.repeat(171)}…`);
});

test('for a reader that is behind, lines at debug are left out and counted, and told of once it has caught up', () => {
  const { stream, of } = keepLog();
  let behind = true;
  let lost = 0;
  const log = createLog('debug', {
    ...stream,
    isBehind: () => behind,
    lose() {
      lost += 1;
    },
    takeLost() {
      const taken = behind ? 0 : lost;
      lost -= taken;
      return taken;
    },
  });
  log.write('audit sealed', { rows: 1, ms: 1 });
  log.write('audit sealed', { rows: 2, ms: 1 });
  log.write('stopping', { signal: 'SIGTERM' });
  behind = false;
  log.write('audit sealed', { rows: 3, ms: 1 });
  expect({ debug: of('audit sealed'), info: of('stopping'), warn: of('lines lost') }).toEqual({
    debug: [{ level: 'debug', rows: 3 }],
    info: [{ level: 'info', signal: 'SIGTERM' }],
    warn: [{ level: 'warn', lost: 2 }],
  });
});

test('connections that the system does not hand over are told, and the server goes on', async () => {
  const log = keepLog();
  const server = createServer((_, response) => response.end('served'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  outliveAcceptErrors(server, createLog('info', log.stream));
  // What node emits when accept(2) fails.
  for (const code of ['EMFILE', 'ENFILE']) server.emit('error', Object.assign(new Error(`accept ${code}`), { code, syscall: 'accept' }));
  const { port } = server.address() as AddressInfo;
  expect({
    answer: await (await fetch(`http://127.0.0.1:${port}/`)).text(),
    codes: log.of('accepting failed').map(({ code }) => code),
  }).toEqual({ answer: 'served', codes: ['EMFILE', 'ENFILE'] });
  server.close();
});
