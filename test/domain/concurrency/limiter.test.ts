import { describe, expect, test } from 'vitest';
import { createLimiter, type LimiterOptions, type Permit } from '../../../src/domain/concurrency/limiter.ts';

interface Job {
  readonly name: string;
  readonly owner?: string;
  readonly priority?: number;
}

const OPTIONS: LimiterOptions<Job> = {
  limits: [{ running: 1, waiting: 2 }],
  waitMs: 600_000,
  refusal: () => new Error('refused'),
  priorityOf: ({ priority = 0 }) => priority,
  ownerOf: ({ name, owner = name }) => owner,
};

/** Starts jobs and notes, in order, which ones run and which are refused. */
function startJobs(options: Partial<LimiterOptions<Job>> = {}) {
  const limiter = createLimiter({ ...OPTIONS, ...options });
  const log: string[] = [];
  const permits = new Map<string, Permit>();
  return {
    limiter,
    log,
    async start(job: Job, signal?: AbortSignal) {
      void limiter.acquire(job, signal).then(
        (permit) => {
          log.push(`${job.name} runs`);
          permits.set(job.name, permit);
        },
        (error: Error) => void log.push(`${job.name}: ${error.message}`),
      );
      await settle();
    },
    async release(name: string) {
      permits.get(name)?.release();
      await settle();
    },
    permit: (name: string) => permits.get(name),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a limiter', () => {
  test('runs the oldest next and refuses the newest when too many wait', async () => {
    const { start, release, log, limiter } = startJobs();
    for (const name of ['a', 'b', 'c', 'd']) await start({ name });
    const full = limiter.load();
    for (const name of ['a', 'b']) await release(name);
    expect({ log, full }).toEqual({ log: ['a runs', 'd: refused', 'b runs', 'c runs'], full: { running: 1, waiting: 2 } });
  });

  test('with overflow oldest refuses the oldest, and runs the newest next while the queue is full', async () => {
    const { start, release, log } = startJobs({ overflow: 'oldest' });
    for (const name of ['a', 'b', 'c', 'd']) await start({ name });
    await release('a');
    await release('d');
    expect(log).toEqual(['a runs', 'b: refused', 'd runs', 'c runs']);
  });

  test('refuses a job of the owner who has the most waiting, and the less important before it', async () => {
    const { start, log } = startJobs({ limits: [{ running: 1, waiting: 3 }] });
    await start({ name: 'running' });
    await start({ name: 'a1', owner: 'a' });
    await start({ name: 'a2', owner: 'a' });
    await start({ name: 'low', priority: 1 });
    await start({ name: 'b1', owner: 'b' });
    await start({ name: 'c1', owner: 'c' });
    await start({ name: 'late and low', priority: 1 });
    expect(log).toEqual(['running runs', 'low: refused', 'a2: refused', 'late and low: refused']);
  });

  test('keeps the reserved part for priority 0', async () => {
    const { start, log } = startJobs({ limits: [{ running: 2, reserved: 1, waiting: 9 }] });
    await start({ name: 'normal', priority: 1 });
    await start({ name: 'second', priority: 1 });
    await start({ name: 'first', priority: 0 });
    expect(log).toEqual(['normal runs', 'first runs']);
  });

  test('a permit counts once, however often it is released', async () => {
    const { start, release, log, limiter } = startJobs();
    for (const name of ['a', 'b', 'c']) await start({ name });
    await release('a');
    await release('a');
    expect({ log, load: limiter.load() }).toEqual({ log: ['a runs', 'b runs'], load: { running: 1, waiting: 1 } });
  });

  test('a suspended permit lets another job run, and is held again at once when it resumes', async () => {
    const { start, permit, log, limiter } = startJobs();
    for (const name of ['a', 'b']) await start({ name });
    const resume = permit('a')?.suspend();
    await settle();
    resume?.();
    resume?.();
    expect({ log, load: limiter.load(), more: limiter.tryAcquire({ name: 'c' }) }).toEqual({
      log: ['a runs', 'b runs'],
      load: { running: 2, waiting: 0 },
      more: null,
    });
  });

  test('a permit that is released while it is suspended is not held again', async () => {
    const { start, permit, limiter } = startJobs();
    await start({ name: 'a' });
    const resume = permit('a')?.suspend();
    permit('a')?.release();
    resume?.();
    expect(limiter.load()).toEqual({ running: 0, waiting: 0 });
  });

  test('a wait ends with its signal, aborted before or during it, and with its time', async () => {
    const { start, log, limiter } = startJobs();
    const controller = new AbortController();
    await start({ name: 'running' });
    await start({ name: 'gone' }, AbortSignal.abort());
    await start({ name: 'going' }, controller.signal);
    controller.abort();
    await settle();
    const brief = createLimiter({ ...OPTIONS, waitMs: 1 });
    brief.tryAcquire({ name: 'running' });
    const late = await brief.acquire({ name: 'late' }).catch((error: Error) => error.message);
    expect({ log, load: limiter.load(), late }).toEqual({
      log: ['running runs', 'gone: refused', 'going: refused'],
      load: { running: 1, waiting: 0 },
      late: 'refused',
    });
  });
});
