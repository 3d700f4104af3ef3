import { badRequest } from '../errors/errors.ts';
import type { Lease } from './lease.ts';

/** How long leases last, milliseconds. */
export interface LeaseLimits {
  /** Unless the job asks for another time. */
  readonly leaseTtlMs: number;
  /** In all, renewals included. */
  readonly leaseMaxMs: number;
}

const LEAST_TTL_MS = 1000;

/** The time that a job asks for, or the default. Throws BAD_REQUEST outside of 1 second to the longest time. */
export function readTtl({ leaseTtlMs, leaseMaxMs }: LeaseLimits, ttlMs: number = leaseTtlMs): number {
  if (!Number.isInteger(ttlMs) || ttlMs < LEAST_TTL_MS || ttlMs > leaseMaxMs)
    throw badRequest('ttlSeconds', `A lease lasts from 1 second to ${leaseMaxMs / 1000} seconds.`);
  return ttlMs;
}

/** When a lease that is granted now ends, and when it ends at the latest. */
export function leaseTerm(now: number, ttlMs: number, { leaseMaxMs }: LeaseLimits): Pick<Lease, 'acquiredAt' | 'expiresAt' | 'endsBy'> {
  return { acquiredAt: now, expiresAt: now + ttlMs, endsBy: now + leaseMaxMs };
}

/** When a renewed lease ends: as asked, and never past its longest time. It may end sooner than it would have before. */
export function renewedTerm({ endsBy }: Pick<Lease, 'endsBy'>, askedUntil: number): Pick<Lease, 'expiresAt'> {
  return { expiresAt: Math.min(endsBy, askedUntil) };
}

export function isLive(lease: Pick<Lease, 'expiresAt' | 'releasedAt'>, now: number): boolean {
  return lease.releasedAt === null && lease.expiresAt > now;
}
