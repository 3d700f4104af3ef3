import { describe, expect, test } from 'vitest';
import { type ConcurrencyLimits, createConcurrencyLimiter } from '../../src/admission/concurrency-limiter.ts';
import type { LoadLevel } from '../../src/admission/load-level.ts';
import type { Priority } from '../../src/admission/priority.ts';

const SMALL: ConcurrencyLimits = { inFlight: 5, reserved: 1, perToken: 10, diallingPerToken: 2, queue: 2, waitMs: 10_000 };

/** Enters and says, without waiting, what has become of it so far. */
function visitor(places: ReturnType<typeof createConcurrencyLimiter>, log: string[]) {
  return (name: string, priority: Priority = 'normal', token = name) => {
    const entered = places.acquire(token, priority).then(
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
      leave: async () => (await entered)?.release(),
      /** Dials out, and says what became of it. */
      dial: async (work: () => Promise<unknown>) =>
        (await entered)?.whileDialling(work).catch((error: { code: string }) => log.push(`${name} ${error.code}`)),
      entered,
    };
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the places for operations', () => {
  test('a fifth is kept for what jobs depend on: it still runs when everything else waits', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, queue: 10 }), log);
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name);
    enter('renewal', 'critical');
    await settle();
    expect(log).toEqual(['a in', 'b in', 'c in', 'd in', 'renewal in']);
  });

  test('a place that is given back goes to the most important, and of equals to the oldest', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1, queue: 10 }), log);
    const first = enter('first');
    enter('list', 'expendable');
    enter('older');
    enter('younger');
    await first.leave();
    await settle();
    expect(log).toEqual(['first in', 'older in']);
  });

  test('a full queue lets the oldest of the least important go, and serves the newest first', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1 }), log);
    const first = enter('first');
    enter('list', 'expendable');
    enter('second');
    enter('third');
    enter('fourth');
    enter('another list', 'expendable');
    await settle();
    const refused = [...log];
    await first.leave();
    await settle();
    expect([refused, log.slice(refused.length)]).toEqual([
      ['first in', 'another list UNAVAILABLE', 'list UNAVAILABLE', 'second UNAVAILABLE'],
      ['fourth in'],
    ]);
  });

  test('whoever waits too long is told whose limit it was', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, perToken: 1, inFlight: 3, waitMs: 1 }), log);
    enter('a', 'normal', 'one');
    const own = enter('own', 'normal', 'one');
    enter('b', 'normal', 'two');
    const ours = enter('ours', 'normal', 'three');
    await Promise.all([own.entered, ours.entered]);
    expect(log).toEqual(['a in', 'b in', 'own RATE_LIMITED', 'ours UNAVAILABLE']);
  });

  test('one token can keep others from neither the places nor the queue', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, inFlight: 3, perToken: 1, queue: 3 }), log);
    enter('other in place', 'normal', 'other');
    for (const name of ['a', 'b', 'c']) enter(name, 'normal', 'greedy');
    enter('other in line', 'normal', 'other');
    enter('third in line', 'normal', 'third');
    await settle();
    expect(log).toEqual(['other in place in', 'a in', 'b RATE_LIMITED']);
  });

  test.each<[LoadLevel, readonly Priority[]]>([
    ['none', ['critical', 'normal', 'expendable']],
    ['high', ['critical', 'normal']],
    ['severe', ['critical']],
  ])('under pressure %s, what enters is %j', async (pressure, expected) => {
    const places = createConcurrencyLimiter(SMALL, () => pressure);
    const entered: Priority[] = [];
    for (const priority of ['critical', 'normal', 'expendable'] as const)
      await places.acquire(priority, priority).then(
        () => entered.push(priority),
        () => {},
      );
    expect(entered).toEqual(expected);
  });

  test('work that waits for other systems has no place meanwhile, and has its own again afterwards, however many others there are', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, inFlight: 3, diallingPerToken: 10 }), log);
    let end = () => {};
    const mute = new Promise<void>((resolve) => {
      end = resolve;
    });
    const dialling = ['a', 'b'].map((name) => enter(name));
    const dialled = dialling.map(({ dial }) => dial(() => mute));
    await settle();
    const readers = ['c', 'd'].map((name) => enter(name));
    await settle();
    const meanwhile = [...log];
    end();
    await Promise.all(dialled);
    enter('late');
    await settle();
    for (const { leave } of [...dialling, ...readers]) await leave();
    await settle();
    expect({ meanwhile, after: log.slice(meanwhile.length) }).toEqual({ meanwhile: ['a in', 'b in', 'c in', 'd in'], after: ['late in'] });
  });

  test('one token has so much work waiting for other systems, however many parts it has, and no more', async () => {
    const log: string[] = [];
    const enter = visitor(createConcurrencyLimiter({ ...SMALL, diallingPerToken: 1 }), log);
    const mute = new Promise<void>(() => {});
    const first = enter('first', 'normal', 'one');
    void first.dial(() => mute);
    void first.dial(() => mute);
    void enter('second', 'normal', 'one').dial(() => mute);
    void enter('other', 'normal', 'two').dial(() => mute);
    await settle();
    expect(log).toEqual(['first in', 'second in', 'other in', 'second RATE_LIMITED']);
  });

  test('what goes on after the operation has left neither waits nor gives anything back', async () => {
    const log: string[] = [];
    const places = createConcurrencyLimiter({ ...SMALL, inFlight: 2, reserved: 1 });
    const permit = await places.acquire('a', 'normal');
    permit.release();
    await permit.whileDialling(async () => log.push('done'));
    const enter = visitor(places, log);
    enter('b');
    enter('c');
    await settle();
    expect(log).toEqual(['done', 'b in']);
  });
});
