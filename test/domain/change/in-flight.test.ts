import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/change/change.ts';
import { type HeldBack, inFlightUnder, inUse, isHeldBack, waitOrRefuse } from '../../../src/domain/change/in-flight.ts';
import { IN_FLIGHT_POLICIES } from '../../../src/domain/connection/policy.ts';
import type { Lease } from '../../../src/domain/lease/lease.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const lease = (id: string, expiresAt: number): Lease => ({
  id,
  projectId: 'a project',
  connectionId: 'a connection',
  version: 3,
  tokenId: 'a token',
  job: 'nightly load',
  keyHash: Buffer.alloc(32),
  acquiredAt: 1000,
  expiresAt,
  endsBy: 1_000_000,
  releasedAt: null,
  endReason: null,
});

describe('what live leases mean for a commit', () => {
  test.each([
    { policy: 'OVERLAP', leases: 1, breakGlass: null, held: false },
    { policy: 'REFUSE', leases: 1, breakGlass: null, held: true },
    { policy: 'WAIT', leases: 1, breakGlass: null, held: true },
    { policy: 'REFUSE', leases: 0, breakGlass: null, held: false },
    { policy: 'WAIT', leases: 0, breakGlass: null, held: false },
    { policy: 'REFUSE', leases: 1, breakGlass: 'the old password leaked', held: false },
    { policy: 'WAIT', leases: 1, breakGlass: 'the old password leaked', held: false },
  ] as const)('under $policy, with $leases of them and break-glass $breakGlass, it is held back: $held', (given) => {
    expect(isHeldBack({ inFlight: given.policy }, new Array(given.leases).fill(lease('a', 5000)), given.breakGlass)).toBe(given.held);
  });

  test.each([
    { rule: null, policies: ['OVERLAP', 'REFUSE', 'WAIT'] },
    { rule: 'always-hold-back', policies: ['REFUSE', 'REFUSE', 'WAIT'] },
    { rule: 'never-hold-back', policies: ['OVERLAP', 'OVERLAP', 'OVERLAP'] },
  ] as const)('is for a protocol with the rule $rule as under $policies', ({ rule, policies }) => {
    expect((['OVERLAP', 'REFUSE', 'WAIT'] as const).map((policy) => inFlightUnder(policy, rule))).toEqual(policies);
  });

  // The rules read no more of a change than its state.
  const held = (inFlight: HeldBack['policy']['inFlight'], state: Change['state']): HeldBack => ({
    change: { state } as Change,
    policy: { inFlight },
    leases: [lease('a', 5000)],
    now: 2000,
  });

  test.each([
    { policy: 'WAIT', state: 'OPEN', waiting: null, is: 'begins-to-wait' },
    { policy: 'WAIT', state: 'OPEN', waiting: { id: 'another change' }, is: 'CONNECTION_IN_USE' },
    { policy: 'REFUSE', state: 'OPEN', waiting: null, is: 'CONNECTION_IN_USE' },
    // The policy was another one when it began to wait.
    { policy: 'REFUSE', state: 'PENDING', waiting: { id: 'this change' }, is: 'waits' },
    { policy: 'WAIT', state: 'PENDING', waiting: { id: 'this change' }, is: 'waits' },
  ] as const)('an $state change that is held back under $policy, while $waiting waits: $is', ({ policy, state, waiting, is }) => {
    const verdict = { of: '' };
    const refusal = refusalOf(() => {
      verdict.of = waitOrRefuse(held(policy, state), waiting);
    });
    expect(refusal === 'ok' ? verdict.of : refusal).toBe(is);
  });

  test('every policy has its rule', () => {
    expect(IN_FLIGHT_POLICIES.filter((policy) => !isHeldBack({ inFlight: policy }, [lease('a', 5000)]))).toEqual(['OVERLAP']);
  });

  test('the refusal names each job, and when the last of them ends', () => {
    const { code, details } = inUse('In use.', [lease('a', 5000), lease('b', 7001)], 2000);
    expect({ code, details }).toEqual({
      code: 'CONNECTION_IN_USE',
      details: {
        retryAfterSeconds: 6,
        jobs: ['a', 'b'].map((leaseId) => ({
          leaseId,
          job: 'nightly load',
          version: 3,
          since: '1970-01-01T00:00:01.000Z',
          expectedEnd: leaseId === 'a' ? '1970-01-01T00:00:05.000Z' : '1970-01-01T00:00:07.001Z',
        })),
      },
    });
  });
});
