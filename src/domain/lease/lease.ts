import { DomainError } from '../errors/errors.ts';

/** Most live leases of one connection that are named at once. */
export const MOST_LIVE_LEASES = 100;

/** A running job's right to use one version until a time; it pins that version. It is live by the clock alone, with no sweeper's help. */
export interface Lease {
  readonly id: string;
  readonly projectId: string;
  readonly connectionId: string;
  readonly version: number;
  readonly tokenId: string | null;
  /** What the job calls itself. */
  readonly job: string;
  readonly keyHash: Buffer;
  readonly acquiredAt: number;
  readonly expiresAt: number;
  /** No renewal goes past this. */
  readonly endsBy: number;
  readonly releasedAt: number | null;
  readonly endReason: 'released' | 'ended' | null;
}

export function isLive(lease: Pick<Lease, 'expiresAt' | 'releasedAt'>, now: number): boolean {
  return lease.releasedAt === null && lease.expiresAt > now;
}

/** CONNECTION_IN_USE that names each blocking job, since when and until when; Retry-After is the end of the last. */
export function inUse(message: string, leases: readonly Lease[], now: number): DomainError {
  const last = Math.max(...leases.map(({ expiresAt }) => expiresAt));
  return new DomainError('CONNECTION_IN_USE', message, {
    retryAfterSeconds: Math.max(1, Math.ceil((last - now) / 1000)),
    jobs: leases.map((lease) => ({
      leaseId: lease.id,
      job: lease.job,
      version: lease.version,
      since: new Date(lease.acquiredAt).toISOString(),
      expectedEnd: new Date(lease.expiresAt).toISOString(),
    })),
  });
}
