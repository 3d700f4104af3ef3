import type { Scope } from '../connection/connection.ts';
import type { PageRequest } from '../ports/page.ts';
import type { Lease } from './lease.ts';

export interface LeaseFilter {
  readonly connectionId?: string;
  /** Only those that are live at this time. */
  readonly liveAt?: number;
}

export interface LeaseReaders {
  find(scope: Scope, id: string): Promise<Lease | null>;
  findByKeyHash(scope: Scope, keyHash: Buffer): Promise<Lease | null>;
  /** Newest first. */
  page(scope: Scope, filter: LeaseFilter, page: PageRequest): Promise<readonly Lease[]>;
  /** At most 100, oldest first. */
  liveOf(connectionId: string, now: number): Promise<readonly Lease[]>;
  /** Counted up to `most`. */
  countLive(now: number, most: number): Promise<number>;
}

export interface LeaseWriters extends LeaseReaders {
  /** Take the connection's shared lock first. */
  insert(lease: Lease): Promise<void>;
  /** Only while it is live; never past `endsBy`. Null when it has ended. */
  renew(id: string, expiresAt: number, now: number): Promise<Lease | null>;
  /** Only while it is live; of two racing callers one gets true. */
  end(id: string, reason: 'released' | 'ended', now: number): Promise<boolean>;
}
