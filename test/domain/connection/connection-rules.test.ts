import { describe, expect, test } from 'vitest';
import type { Site } from '../../../src/domain/connection/connection.ts';
import { DEFAULT_POLICY, requireOverlap, withPolicy } from '../../../src/domain/connection/policy.ts';
import { MOST_REMOVED, requireFewToRemove, requireRemovable } from '../../../src/domain/connection/removal.ts';
import type { Lease } from '../../../src/domain/lease/lease.ts';
import { pickSite, requireReachable, requireSameSite } from '../../../src/domain/site/site-choice.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const HOUR = 60 * 60 * 1000;
const lease: Lease = {
  id: 'a lease',
  projectId: 'sales',
  connectionId: 'a connection',
  version: 3,
  tokenId: null,
  job: 'nightly load',
  keyHash: Buffer.alloc(32),
  acquiredAt: 0,
  expiresAt: 5000,
  endsBy: 5000,
  releasedAt: null,
  endReason: null,
};
const site = (id: string, deployment: Site['deployment'] = 'gateway'): Site => ({
  id,
  projectId: 'sales',
  name: id,
  deployment,
  createdAt: 0,
  updatedAt: 0,
});

describe('the policy of a connection', () => {
  test.each([
    { overlapMs: undefined, is: 'ok' },
    { overlapMs: 3 * HOUR, is: 'ok' },
    { overlapMs: 90 * 24 * HOUR, is: 'ok' },
    { overlapMs: 3 * HOUR - 1, is: 'BAD_REQUEST' },
    { overlapMs: 90 * 24 * HOUR + 1, is: 'BAD_REQUEST' },
    { overlapMs: Number.NaN, is: 'BAD_REQUEST' },
  ])('takes an overlap of $overlapMs ms: $is', ({ overlapMs, is }) => {
    expect(refusalOf(() => requireOverlap(overlapMs))).toBe(is);
  });

  test('keeps what is left out, and is the safe one where nothing was ever said', () => {
    expect({ changed: withPolicy(DEFAULT_POLICY, { inFlight: 'WAIT' }), untouched: withPolicy(DEFAULT_POLICY, {}) }).toEqual({
      changed: { inFlight: 'WAIT', overlapMs: 3 * HOUR, commitPolicy: 'VALIDATED', parity: 'REQUIRED' },
      untouched: { inFlight: 'OVERLAP', overlapMs: 3 * HOUR, commitPolicy: 'VALIDATED', parity: 'REQUIRED' },
    });
  });
});

describe('a connection is removed', () => {
  test.each([
    { deletionProtection: false, leases: [], is: 'ok' },
    { deletionProtection: true, leases: [], is: 'CONNECTION_IN_USE' },
    { deletionProtection: false, leases: [lease], is: 'CONNECTION_IN_USE' },
  ])('protected ($deletionProtection), with leases $leases: $is', ({ deletionProtection, leases, is }) => {
    expect(refusalOf(() => requireRemovable({ id: 'a connection', deletionProtection }, leases, 1000))).toBe(is);
  });

  test('with its integration, where that has not too many', () => {
    expect({
      most: refusalOf(() => requireFewToRemove(MOST_REMOVED)),
      oneMore: refusalOf(() => requireFewToRemove(MOST_REMOVED + 1)),
    }).toEqual({ most: 'ok', oneMore: 'LIMIT_EXCEEDED' });
  });
});

describe('the site that a connection is dialled from', () => {
  test.each([
    { sites: [site('a')], named: null, is: 'a' },
    { sites: [site('a'), site('b')], named: 'b', is: 'b' },
    { sites: [site('a'), site('b')], named: null, is: 'BAD_REQUEST' },
    { sites: [], named: null, is: 'BAD_REQUEST' },
    { sites: [site('a')], named: 'c', is: 'NOT_FOUND' },
  ])('is the one that is named, or the only one: $named of $sites.length, $is', ({ sites, named, is }) => {
    const picked = { id: '' };
    const refusal = refusalOf(() => {
      picked.id = pickSite(sites, named).id;
    });
    expect(refusal === 'ok' ? picked.id : refusal).toBe(is);
  });

  test('is this gateway, until workers exist', () => {
    const reach = (one: Site | null) =>
      refusalOf(() => {
        requireReachable(one);
      });
    expect({ gateway: reach(site('a')), workers: reach(site('a', 'workers')), none: reach(null) }).toEqual({
      gateway: 'ok',
      workers: 'UNAVAILABLE',
      none: 'UNAVAILABLE',
    });
  });

  test("is its integration's", () => {
    expect({
      unnamed: refusalOf(() => requireSameSite({ siteId: 'a' }, null)),
      same: refusalOf(() => requireSameSite({ siteId: 'a' }, 'a')),
      another: refusalOf(() => requireSameSite({ siteId: 'a' }, 'b')),
    }).toEqual({ unnamed: 'ok', same: 'ok', another: 'BAD_REQUEST' });
  });
});
