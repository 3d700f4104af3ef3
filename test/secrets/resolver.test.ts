import { describe, expect, test } from 'vitest';
import type { SecretProvider } from '../../src/domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../src/domain/errors/secret-error.ts';
import { createSecretResolver } from '../../src/secrets/create-resolver.ts';
import { createEnvProvider } from '../../src/secrets/env/index.ts';
import { failureOf } from '../support/outcomes/secret-failure.ts';

const FIVE_MINUTES = 5 * 60_000;
const REFERENCE = { provider: 'file', path: '/run/secrets/x' } as const;

/** A manager whose secret is what it is told, and which counts how often it was read. */
function bench(options: { readonly deadlineMs?: number } = {}) {
  let at = 0;
  const manager = { value: 'first', reads: 0, hold: Promise.resolve() };
  const env = createEnvProvider({ variable: () => undefined, aws: null, ask: () => Promise.reject(new Error('nobody asks')) });
  const file: SecretProvider = {
    ...env,
    async read() {
      manager.reads += 1;
      const { value } = manager;
      await manager.hold;
      if (value === 'gone') throw new SecretError('missing');
      return Buffer.from(value);
    },
  };
  const resolver = createSecretResolver(
    { env, file, account: env, aws: env, gcp: env, azure: env, vault: env },
    { now: () => at, ...options },
  );
  const resolve = async (options: { readonly fresh?: boolean } = {}, prefixes: readonly string[] = ['/run/secrets']) => {
    const { value, isKept } = await resolver.resolve(REFERENCE, prefixes, options);
    return `${value.toString('utf8')}${isKept ? ', kept' : ''}`;
  };
  return { manager, resolver, resolve, advance: (ms: number) => (at += ms) };
}

describe('a resolver', () => {
  test('keeps a secret for five minutes to the millisecond', async () => {
    const { manager, resolve, advance } = bench();
    await resolve();
    manager.value = 'second';
    advance(FIVE_MINUTES - 1);
    const kept = await resolve();
    advance(1);
    expect({ kept, resolved: await resolve() }).toEqual({ kept: 'first, kept', resolved: 'second' });
  });

  test('reads again when asked to, and keeps what it read then', async () => {
    const { manager, resolve } = bench();
    await resolve();
    manager.value = 'second';
    expect({ fresh: await resolve({ fresh: true }), kept: await resolve() }).toEqual({ fresh: 'second', kept: 'second, kept' });
  });

  test('answers nothing from before when reading again fails, and keeps no failure', async () => {
    const { manager, resolve } = bench();
    await resolve();
    manager.value = 'gone';
    const failures = [await failureOf(resolve({ fresh: true })), await failureOf(resolve())];
    manager.value = 'back';
    expect({ failures, resolved: await resolve() }).toEqual({ failures: ['missing', 'missing'], resolved: 'back' });
  });

  test('reads once for all who ask at the same time, and gives each a copy of their own', async () => {
    const { manager, resolver } = bench();
    const all = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve(REFERENCE, ['/run/secrets'], { fresh: true })));
    all[0]?.value.fill(0);
    expect({ reads: manager.reads, values: new Set(all.slice(1).map(({ value }) => value.toString('utf8'))) }).toEqual({
      reads: 1,
      values: new Set(['first']),
    });
  });

  test('reads again for whoever asks for it while an older read is still running, and once for all of them', async () => {
    const { manager, resolve } = bench();
    let answer: () => void = () => undefined;
    manager.hold = new Promise((resolve) => {
      answer = resolve;
    });
    const before = resolve();
    await Promise.resolve();
    manager.value = 'second';
    const after = [resolve({ fresh: true }), resolve({ fresh: true })];
    answer();
    expect({ before: await before, after: await Promise.all(after), reads: manager.reads }).toEqual({
      before: 'first',
      after: ['second', 'second'],
      reads: 2,
    });
  });

  test('never answers with what was read under other prefixes', async () => {
    const { manager, resolve } = bench();
    await resolve();
    await resolve({}, ['/run/secrets', '/run/more']);
    await resolve({}, []);
    expect(manager.reads).toBe(3);
  });

  test('gives up on a manager that does not answer, and asks it once however many wait', async () => {
    const { manager, resolve } = bench({ deadlineMs: 20 });
    let answer: () => void = () => undefined;
    manager.hold = new Promise((resolve) => {
      answer = resolve;
    });
    const failures = [await failureOf(resolve()), await failureOf(resolve())];
    answer();
    expect({ failures, reads: manager.reads }).toEqual({ failures: ['late', 'late'], reads: 1 });
  });

  test('keeps nothing after it was cleared, not even what was being read', async () => {
    const { manager, resolver, resolve } = bench();
    let answer: () => void = () => undefined;
    manager.hold = new Promise((resolve) => {
      answer = resolve;
    });
    const reading = resolve();
    resolver.clear();
    answer();
    await reading;
    expect(await resolve()).toBe('first');
  });

  test('keeps a thousand secrets at most', async () => {
    const { manager, resolver, resolve } = bench();
    await resolve();
    for (let at = 0; at < 1000; at += 1) await resolver.resolve({ ...REFERENCE, path: `/run/secrets/${at}` }, ['/run/secrets']);
    const before = manager.reads;
    await resolve();
    expect(manager.reads - before).toBe(1);
  });
});
