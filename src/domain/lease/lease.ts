/** Most live leases of one connection that are named at once. */
export const MOST_LIVE_LEASES = 100;

/**
 * A running job's right to use one version until a time; it pins that version. Only the clock decides whether it is live; no clean-up job
 * has to run.
 */
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
