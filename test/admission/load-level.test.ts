import { expect, test } from 'vitest';
import { loadLevelOf, milder } from '../../src/admission/load-level.ts';

test.each([
  [{ loopDelayMs: 20, memory: 0.5 }, 'none'],
  [{ loopDelayMs: 101, memory: 0.5 }, 'high'],
  [{ loopDelayMs: 201, memory: 0.5 }, 'severe'],
  [{ loopDelayMs: 20, memory: 0.81 }, 'high'],
  [{ loopDelayMs: 20, memory: 0.91 }, 'severe'],
])('a load of %j is level %s', (load, expected) => {
  expect(loadLevelOf(load)).toBe(expected);
});

test('the load level counts only what lasts', () => {
  expect({ fromNone: milder('none', 'severe'), fromSevere: milder('severe', 'high'), bothSevere: milder('severe', 'severe') }).toEqual({
    fromNone: 'none',
    fromSevere: 'high',
    bothSevere: 'severe',
  });
});
