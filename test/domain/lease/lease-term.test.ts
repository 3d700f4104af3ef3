import { describe, expect, test } from 'vitest';
import { isLive, leaseTerm, readTtl, renewedTerm } from '../../../src/domain/lease/lease-term.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const HOUR = 60 * 60 * 1000;
const limits = { leaseTtlMs: HOUR, leaseMaxMs: 24 * HOUR };

describe('how long a lease lasts', () => {
  test('an hour unless the job asks for another time', () => {
    expect({ unasked: readTtl(limits), asked: readTtl(limits, 5000) }).toEqual({ unasked: HOUR, asked: 5000 });
  });

  test.each([
    { asked: 1000, is: 'ok' },
    { asked: 24 * HOUR, is: 'ok' },
    { asked: 999, is: 'BAD_REQUEST' },
    { asked: 24 * HOUR + 1, is: 'BAD_REQUEST' },
    { asked: 1500.5, is: 'BAD_REQUEST' },
    { asked: Number.NaN, is: 'BAD_REQUEST' },
  ])('a lease for $asked ms is $is', ({ asked, is }) => {
    expect(refusalOf(() => readTtl(limits, asked))).toBe(is);
  });

  test('it ends after the time that was asked for, and no renewal goes past a day after it was taken', () => {
    const term = leaseTerm(1000, HOUR, limits);
    expect({
      term,
      renewed: renewedTerm(term, 1000 + 20 * HOUR),
      renewedTooFar: renewedTerm(term, 1000 + 25 * HOUR),
    }).toEqual({
      term: { acquiredAt: 1000, expiresAt: 1000 + HOUR, endsBy: 1000 + 24 * HOUR },
      renewed: { expiresAt: 1000 + 20 * HOUR },
      renewedTooFar: { expiresAt: 1000 + 24 * HOUR },
    });
  });

  test.each([
    { at: 'the moment before its end', lease: { expiresAt: 500, releasedAt: null }, now: 499, live: true },
    { at: 'its end', lease: { expiresAt: 500, releasedAt: null }, now: 500, live: false },
    { at: 'any moment after its release', lease: { expiresAt: 500, releasedAt: 10 }, now: 11, live: false },
  ])('it is live by the clock alone: at $at, $live', ({ lease, now, live }) => {
    expect(isLive(lease, now)).toBe(live);
  });
});
