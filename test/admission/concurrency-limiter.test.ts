import { describe, expect, test } from 'vitest';
import { type ConcurrencyLimits, createConcurrencyLimiter } from '../../src/admission/concurrency-limiter.ts';
import type { LoadLevel } from '../../src/admission/load-level.ts';
import type { Priority } from '../../src/admission/priority.ts';

const SMALL: ConcurrencyLimits = { inFlight: 5, reserved: 1, perToken: 10, diallingPerToken: 2, queue: 2, waitMs: 10_000 };

/** Acquires a permit and notes, without waiting for it, what became of that so far. */
function caller(limiter: ReturnType<typeof createConcurrencyLimiter>, log: string[]) {
  return (name: string, priority: Priority = 'normal', token = name) => {
    const acquired = limiter.acquire(token, priority).then(
      (permit) => {
        log.push(`${name} in`);
        return permit;
      },
      (error: { code: string }) => {
        log.push(`${name} ${error.code}`);
        return null;
      },
    );
    return {
      release: async () => (await acquired)?.release(),
      /** Dials out, and says what became of it. */
      dial: async (work: () => Promise<unknown>) =>
        (await acquired)?.whileDialling(work).catch((error: { code: string }) => log.push(`${name} ${error.code}`)),
      acquired,
    };
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the concurrency limit of operations', () => {
  test('a fifth is reserved for what jobs depend on: it still runs when everything else waits', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, queue: 10 }), log);
    for (const name of ['a', 'b', 'c', 'd', 'e']) acquire(name);
    acquire('renewal', 'critical');
    await settle();
    expect(log).toEqual(['a in', 'b in', 'c in', 'd in', 'renewal in']);
  });

  test('a permit that is released goes to the most important, and of equals to the oldest', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1, queue: 10 }), log);
    const first = acquire('first');
    acquire('list', 'expendable');
    acquire('older');
    acquire('younger');
    await first.release();
    await settle();
    expect(log).toEqual(['first in', 'older in']);
  });

  test('a full queue lets the oldest of the least important go, and serves the newest first', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1 }), log);
    const first = acquire('first');
    acquire('list', 'expendable');
    acquire('second');
    acquire('third');
    acquire('fourth');
    acquire('another list', 'expendable');
    await settle();
    const refused = [...log];
    await first.release();
    await settle();
    expect({ refused, served: log.slice(refused.length) }).toEqual({
      refused: ['first in', 'list UNAVAILABLE', 'second UNAVAILABLE', 'another list UNAVAILABLE'],
      served: ['fourth in'],
    });
  });

  test('whoever waits too long is told whose limit it was', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, perToken: 1, inFlight: 3, waitMs: 1 }), log);
    acquire('a', 'normal', 'one');
    const own = acquire('own', 'normal', 'one');
    acquire('b', 'normal', 'two');
    const ours = acquire('ours', 'normal', 'three');
    await Promise.all([own.acquired, ours.acquired]);
    expect(log).toEqual(['a in', 'b in', 'own RATE_LIMITED', 'ours UNAVAILABLE']);
  });

  test('one token keeps others neither from running nor from the queue', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, inFlight: 3, perToken: 1, queue: 3 }), log);
    acquire('other running', 'normal', 'other');
    for (const name of ['a', 'b', 'c']) acquire(name, 'normal', 'greedy');
    acquire('other in line', 'normal', 'other');
    acquire('third in line', 'normal', 'third');
    await settle();
    expect(log).toEqual(['other running in', 'a in', 'b RATE_LIMITED']);
  });

  test('a token that has too much is told how much it may have, and when to come back', async () => {
    const limiter = createConcurrencyLimiter({ ...SMALL, perToken: 1, queue: 1, diallingPerToken: 1, waitMs: 1 });
    const detailsOf = (error: { details: unknown }) => error.details;
    const permit = await limiter.acquire('one', 'normal');
    const running = await limiter.acquire('one', 'normal').catch(detailsOf);
    void permit.whileDialling(() => new Promise(() => {}));
    const other = await limiter.acquire('one', 'normal');
    const dialling = await other.whileDialling(async () => null).catch(detailsOf);
    expect({ running, dialling }).toEqual({
      running: { capacity: 1, retryAfterSeconds: 1 },
      dialling: { capacity: 1, retryAfterSeconds: 5 },
    });
  });

  test.each<[LoadLevel, readonly Priority[]]>([
    ['none', ['critical', 'normal', 'expendable']],
    ['high', ['critical', 'normal']],
    ['severe', ['critical']],
  ])('at load level %s, what runs is %j', async (level, expected) => {
    const limiter = createConcurrencyLimiter(SMALL, () => level);
    const running: Priority[] = [];
    for (const priority of ['critical', 'normal', 'expendable'] as const)
      await limiter.acquire(priority, priority).then(
        () => running.push(priority),
        () => {},
      );
    expect(running).toEqual(expected);
  });

  test('work that waits for other systems has no permit meanwhile, and has its own again afterwards, however many others there are', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, inFlight: 3, diallingPerToken: 10 }), log);
    let end = () => {};
    const mute = new Promise<void>((resolve) => {
      end = resolve;
    });
    const dialling = ['a', 'b'].map((name) => acquire(name));
    const dialled = dialling.map(({ dial }) => dial(() => mute));
    await settle();
    const readers = ['c', 'd'].map((name) => acquire(name));
    await settle();
    const meanwhile = [...log];
    end();
    await Promise.all(dialled);
    acquire('late');
    await settle();
    for (const { release } of [...dialling, ...readers]) await release();
    await settle();
    expect({ meanwhile, after: log.slice(meanwhile.length) }).toEqual({ meanwhile: ['a in', 'b in', 'c in', 'd in'], after: ['late in'] });
  });

  test('one token has so much work waiting for other systems, however many parts it has, and no more', async () => {
    const log: string[] = [];
    const acquire = caller(createConcurrencyLimiter({ ...SMALL, diallingPerToken: 1 }), log);
    const mute = new Promise<void>(() => {});
    const first = acquire('first', 'normal', 'one');
    void first.dial(() => mute);
    void first.dial(() => mute);
    void acquire('second', 'normal', 'one').dial(() => mute);
    void acquire('other', 'normal', 'two').dial(() => mute);
    await settle();
    expect(log).toEqual(['first in', 'second in', 'other in', 'second RATE_LIMITED']);
  });

  test('what goes on after the operation has released its permit neither waits nor gives anything back', async () => {
    const log: string[] = [];
    const limiter = createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1 });
    const permit = await limiter.acquire('a', 'normal');
    permit.release();
    await permit.whileDialling(async () => log.push('done'));
    const acquire = caller(limiter, log);
    acquire('b');
    acquire('c');
    await settle();
    expect(log).toEqual(['done', 'b in']);
  });
});
