import { expect, test } from 'vitest';
import { createRates } from '../../src/http/rates.ts';

const outcome = (attempt: () => void) => {
  try {
    attempt();
    return 'passes';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a token may send its burst at once, then its rate, and what was refused costs it nothing', () => {
  let now = 0;
  const rates = createRates({ perSecond: 1, burst: 3, failuresPerMinute: 1 }, () => now);
  const send = (token: string) => outcome(() => rates.countRequest(token));
  const burst = [1, 2, 3, 4, 5, 6].map(() => send('a'));
  now = 1000;
  expect([burst, send('a'), send('a'), send('b')]).toEqual([
    ['passes', 'passes', 'passes', 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED'],
    'passes',
    'RATE_LIMITED',
    'passes',
  ]);
});

test('what is kept for a token has a size, which grows with time, and what is too large is not kept', () => {
  let now = 0;
  const rates = createRates({ perSecond: 1, burst: 1, failuresPerMinute: 1, kept: { perSecond: 10, burst: 100 } }, () => now);
  const first = [rates.mayKeep('a', 60), rates.mayKeep('a', 60), rates.mayKeep('a', 40), rates.mayKeep('a', 1), rates.mayKeep('b', 100)];
  now = 1000;
  expect([first, rates.mayKeep('a', 10), rates.mayKeep('a', 1), rates.mayKeep('c', 101)]).toEqual([
    [true, false, true, false, true],
    true,
    false,
    false,
  ]);
});

test('#52 an address that failed too often is put off for the rest of its minute, and no other is', () => {
  let now = 0;
  const rates = createRates({ perSecond: 1, burst: 1, failuresPerMinute: 3 }, () => now);
  const login = (address: string, secret = 'new') => outcome(() => rates.requireFewFailures(address, secret));
  for (let failed = 0; failed < 3; failed += 1) rates.countFailure('192.0.2.1', 'bad');
  const put = [login('192.0.2.1'), login('192.0.2.2')];
  now = 60_000;
  expect([put, login('192.0.2.1')]).toEqual([['RATE_LIMITED', 'passes'], 'passes']);
});

test('#52 a token that was good at that address still passes, until it fails itself', () => {
  const rates = createRates({ perSecond: 1, burst: 1, failuresPerMinute: 2 });
  const login = (secret: string) => outcome(() => rates.requireFewFailures('192.0.2.1', secret));
  rates.countFailure('192.0.2.1', 'bad');
  rates.countSuccess('192.0.2.1', 'good');
  rates.countFailure('192.0.2.1', 'bad');
  const before = [login('bad'), login('good'), login('guess')];
  rates.countFailure('192.0.2.1', 'good');
  expect([before, login('good')]).toEqual([['RATE_LIMITED', 'passes', 'RATE_LIMITED'], 'RATE_LIMITED']);
});
