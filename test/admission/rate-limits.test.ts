import { expect, test } from 'vitest';
import { createRateLimits } from '../../src/admission/rate-limits.ts';

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
  const limits = createRateLimits({ perSecond: 1, burst: 3 }, () => now);
  const send = (token: string) => outcome(() => limits.countRequest(token));
  const burst = [1, 2, 3, 4, 5, 6].map(() => send('a'));
  now = 1000;
  expect({ burst, later: send('a'), again: send('a'), another: send('b') }).toEqual({
    burst: ['passes', 'passes', 'passes', 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED'],
    later: 'passes',
    again: 'RATE_LIMITED',
    another: 'passes',
  });
});

test('a token signs browsers in twenty times at once, then ten times in a minute', () => {
  let now = 0;
  const limits = createRateLimits({ perSecond: 1, burst: 1 }, () => now);
  const signIn = (token: string) => outcome(() => limits.countSignIn(token));
  const first = Array.from({ length: 21 }, () => signIn('a'));
  now = 60_000;
  const later = Array.from({ length: 11 }, () => signIn('a'));
  const passes = (outcomes: readonly string[]) => outcomes.filter((one) => one === 'passes').length;
  expect({ first: passes(first), later: passes(later), another: signIn('b') }).toEqual({ first: 20, later: 10, another: 'passes' });
});

test('a token is exchanged for a bearer sixty times at once, then once a second', () => {
  let now = 0;
  const limits = createRateLimits({ perSecond: 1, burst: 1 }, () => now);
  const exchange = () => outcome(() => limits.countExchange('a'));
  const atOnce = Array.from({ length: 61 }, exchange);
  now = 1000;
  expect({ first: atOnce.filter((one) => one === 'passes').length, later: [exchange(), exchange()] }).toEqual({
    first: 60,
    later: ['passes', 'RATE_LIMITED'],
  });
});
