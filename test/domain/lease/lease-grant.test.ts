import { describe, expect, test } from 'vitest';
import type { Lease } from '../../../src/domain/lease/lease.ts';
import { isTakenBy, readJob, refuseLateLease, requireEnabled } from '../../../src/domain/lease/lease-grant.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const lease: Lease = {
  id: 'a lease',
  projectId: 'a project',
  connectionId: 'a connection',
  version: 3,
  tokenId: 'job a',
  job: 'nightly load',
  keyHash: Buffer.alloc(32),
  acquiredAt: 0,
  expiresAt: 90_000,
  endsBy: 100_000,
  releasedAt: null,
  endReason: null,
};

describe('who is granted a lease', () => {
  test.each([
    { job: '  nightly load ', is: 'ok' },
    { job: 'x'.repeat(200), is: 'ok' },
    { job: 'x'.repeat(201), is: 'BAD_REQUEST' },
    { job: ' ', is: 'BAD_REQUEST' },
    { job: 'two\nlines', is: 'BAD_REQUEST' },
    { job: '\ud800', is: 'BAD_REQUEST' },
  ])('a job that calls itself $job: $is', ({ job, is }) => {
    expect(refusalOf(() => readJob(job))).toBe(is);
  });

  test('nobody while the connection is disabled', () => {
    expect({
      enabled: refusalOf(() => requireEnabled({ isActive: true })),
      disabled: refusalOf(() => requireEnabled({ isActive: false })),
    }).toEqual({ enabled: 'ok', disabled: 'UNAVAILABLE' });
  });

  test.each([
    { when: 'no change waits', waiting: null, live: [lease], is: 'ok' },
    { when: 'a change waits for running jobs', waiting: { id: 'a change' }, live: [lease], is: 'CONNECTION_IN_USE' },
    { when: 'a change waits and the last job has just ended', waiting: { id: 'a change' }, live: [], is: 'CONNECTION_IN_USE' },
  ])('a job that comes while $when: $is', ({ waiting, live, is }) => {
    expect(refusalOf(() => refuseLateLease(waiting, live, 1000))).toBe(is);
  });

  test("a lease is its taker's, and one without a token the machine's own", () => {
    expect({
      taker: isTakenBy(lease, 'job a'),
      another: isTakenBy(lease, 'job b'),
      local: isTakenBy({ tokenId: null }, 'local'),
    }).toEqual({ taker: true, another: false, local: true });
  });
});
