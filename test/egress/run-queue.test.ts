import { describe, expect, test } from 'vitest';
import type { Permit } from '../../src/domain/concurrency/limiter.ts';
import { createRunQueue, type Job, type RunQueueOptions } from '../../src/egress/run-queue.ts';

const OPTIONS: RunQueueOptions = { running: { all: 2, project: 2 }, waiting: { all: 6, project: 6, caller: 6 }, waitMs: 600_000 };

/** Jobs of connections of their own, by default all of one caller and project; says what became of them, in order. */
function bench(options: Partial<RunQueueOptions> = {}) {
  const queue = createRunQueue({ ...OPTIONS, ...options });
  const log: string[] = [];
  const permits = new Map<string, Permit>();
  return {
    log,
    load: queue.load,
    clear: queue.refuseWaiting,
    add(name: string, job: Partial<Job> = {}, signal?: AbortSignal) {
      return queue.acquire({ projectId: 'p', connectionId: name, callerId: 't', isProof: false, ...job }, signal).then(
        (permit) => {
          log.push(name);
          permits.set(name, permit);
        },
        (error: { code: string }) => void log.push(`${name} ${error.code}`),
      );
    },
    async end(...names: string[]) {
      for (const name of names) {
        permits.get(name)?.release();
        await settle();
      }
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('runs of validators', () => {
  test('wait in their order, the oldest first', async () => {
    const { add, end, log, load } = bench();
    for (const name of ['a', 'b', 'c', 'd']) void add(name);
    await settle();
    const before = { log: [...log], load: load() };
    await end('a', 'b');
    expect({ before, log }).toEqual({ before: { log: ['a', 'b'], load: { running: 2, waiting: 2 } }, log: ['a', 'b', 'c', 'd'] });
  });

  test('on one connection run one after the other, and keep no others back', async () => {
    const { add, end, log } = bench();
    void add('first', { connectionId: 'c' });
    void add('second', { connectionId: 'c' });
    void add('other');
    await settle();
    await end('first');
    expect(log).toEqual(['first', 'other', 'second']);
  });

  test('that a commit waits for go before all others', async () => {
    const { add, end, log } = bench();
    for (const name of ['a', 'b', 'c', 'd']) void add(name);
    void add('proof', { isProof: true });
    await settle();
    await end('a', 'b');
    expect(log).toEqual(['a', 'b', 'proof', 'c']);
  });

  test('leave capacity for proofs, in all and in each project, when all others wait for systems that do not answer', async () => {
    const { add, log } = bench({ running: { all: 16, project: 8 }, waiting: { all: 99, project: 99, caller: 99 } });
    for (let one = 0; one < 9; one += 1) void add(`p${one}`);
    for (let one = 0; one < 9; one += 1) void add(`q${one}`, { projectId: 'q' });
    void add('proof', { isProof: true });
    await settle();
    expect({ tests: log.filter((name) => name !== 'proof').length, proof: log.includes('proof') }).toEqual({ tests: 14, proof: true });
  });

  test('of whoever has the fewest runs are next: neither a caller nor a project that has many keeps the others back', async () => {
    const { add, end, log } = bench({ running: { all: 3, project: 2 } });
    for (const name of ['a1', 'a2', 'a3', 'a4']) void add(name, { callerId: 'a' });
    void add('b1', { callerId: 'b' });
    void add('q1', { callerId: 'q', projectId: 'q' });
    await settle();
    await end('a1');
    expect(log).toEqual(['a1', 'a2', 'q1', 'b1']);
  });

  test('of one caller, and of one project, are refused beyond a part of the queue', async () => {
    const { add, log } = bench({ running: { all: 1, project: 1 }, waiting: { all: 4, project: 3, caller: 2 } });
    for (const name of ['a1', 'a2', 'a3', 'a4']) void add(name, { callerId: 'a' });
    for (const name of ['b1', 'b2']) void add(name, { callerId: 'b' });
    void add('q1', { callerId: 'q', projectId: 'q' });
    await settle();
    expect(log).toEqual(['a1', 'a4 RATE_LIMITED', 'b2 RATE_LIMITED']);
  });

  test('that are refused are told how many of one caller may wait', async () => {
    const queue = createRunQueue({ ...OPTIONS, running: { all: 1, project: 1 }, waiting: { all: 4, project: 3, caller: 2 }, waitMs: 1 });
    const job: Job = { projectId: 'p', connectionId: 'c', callerId: 't', isProof: false };
    await queue.acquire(job);
    expect(await queue.acquire(job).catch(({ code, details }) => ({ code, details }))).toEqual({
      code: 'RATE_LIMITED',
      details: { capacity: 2, retryAfterSeconds: 30 },
    });
  });

  test('in a full queue give way to a caller that has fewer, and for a proof: the youngest of whoever has most', async () => {
    const { add, log } = bench({ running: { all: 1, project: 1 }, waiting: { all: 3, project: 3, caller: 3 } });
    for (const name of ['running', 'a1', 'a2', 'a3']) void add(name, { callerId: 'a' });
    void add('b1', { callerId: 'b' });
    void add('b2', { callerId: 'b' });
    void add('proof', { callerId: 'c', isProof: true });
    await settle();
    expect([...log].sort()).toEqual(['a2 RATE_LIMITED', 'a3 RATE_LIMITED', 'b2 RATE_LIMITED', 'running']);
  });

  test('end their wait when its time is over, when nobody asks any more, and when the gateway stops', async () => {
    const late = bench({ waitMs: 1 });
    void late.add('running');
    void late.add('running too');
    await late.add('late');
    const { add, clear, log, load } = bench();
    const controller = new AbortController();
    void add('a');
    void add('b');
    void add('gone', {}, controller.signal);
    void add('stopped');
    controller.abort();
    clear(Object.assign(new Error(), { code: 'UNAVAILABLE' }) as never);
    await settle();
    expect({ late: late.log, log, load: load() }).toEqual({
      late: ['running', 'running too', 'late RATE_LIMITED'],
      log: ['a', 'b', 'gone RATE_LIMITED', 'stopped UNAVAILABLE'],
      load: { running: 2, waiting: 0 },
    });
  });
});
