import { afterAll, beforeAll, expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { countTest } from '../../../src/operations/validations/limit-tests.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { createTestClock } from '../../support/store/services.ts';

const SECOND = 1000;

describeOnEachEngine('tests of one connection, of which ten may begin in any minute', ({ databaseUrl }) => {
  const clock = createTestClock();
  let gateway: TestGateway;
  beforeAll(async () => {
    const url = await databaseUrl();
    gateway = await startGateway({ clock, ...(url === null ? {} : { databaseUrl: url }) });
  });
  afterAll(() => gateway.close());

  let count = 0;
  const newId = () => {
    count += 1;
    return `connection ${count}`;
  };
  const begin = (id: string) =>
    countTest(gateway.app.services, id).then(
      () => 'begun' as const,
      (error: unknown) => (error instanceof DomainError ? { code: error.code, after: error.details.retryAfterSeconds } : error),
    );
  const begun = (outcomes: readonly unknown[]) => outcomes.filter((outcome) => outcome === 'begun').length;
  const atOnce = (id: string, times: number) => Promise.all(Array.from({ length: times }, () => begin(id)));

  test('of more at the same moment ten may, and another connection has its own', async () => {
    const id = newId();
    const outcomes = await atOnce(id, 14);
    expect({ begun: begun(outcomes), next: await begin(id), other: await begin(newId()) }).toEqual({
      begun: 10,
      next: { code: 'RATE_LIMITED', after: 60 },
      other: 'begun',
    });
  });

  test('a minute that begins in the middle of another has no more than ten either, and who is refused is told when', async () => {
    const id = newId();
    const log: number[] = [];
    const outcomes: unknown[] = [];
    // For three minutes, every second and a half, as a client that waits for a database does.
    for (let at = 0; at < 180; at += 1.5) {
      const outcome = await begin(id);
      outcomes.push(outcome);
      if (outcome === 'begun') log.push(at);
      clock.advance(1.5 * SECOND);
    }
    const most = Math.max(...log.map((start) => log.filter((at) => at >= start && at < start + 60).length));
    expect({ most, begun: log.length, first: outcomes.find((outcome) => outcome !== 'begun') }).toEqual({
      most: 10,
      begun: 30,
      first: { code: 'RATE_LIMITED', after: 45 },
    });
  });

  test('what was refused costs nothing: each is free again a minute after it began', async () => {
    const id = newId();
    await atOnce(id, 4);
    clock.advance(30 * SECOND);
    await atOnce(id, 20);
    clock.advance(30 * SECOND);
    expect({ begun: begun(await atOnce(id, 20)) }).toEqual({ begun: 4 });
  });

  test('a gateway that was started anew counts on', async () => {
    const id = newId();
    await atOnce(id, 7);
    await gateway.restart();
    expect({ begun: begun(await atOnce(id, 10)) }).toEqual({ begun: 3 });
  });
});
