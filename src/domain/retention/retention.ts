import type { RetentionBounds } from '../ports/upkeep-store.ts';

/** How long rows are kept that have ended, or that nobody needs any more; milliseconds. */
export interface RetentionSettings {
  readonly leasesMs: number;
  readonly changesMs: number;
  readonly validationsMs: number;
  readonly sessionsMs: number;
  readonly eventsMs: number;
}

/** How long what is kept may have been alive itself; milliseconds. */
export interface LifeSettings {
  /** A lease in all, renewals included. */
  readonly leaseMaxMs: number;
  readonly changeTtlMs: number;
}

/** What may be deleted now. Rows that ended, or were written, at these times or before have been kept for long enough. */
export interface RetentionAges {
  readonly leases: RetentionBounds;
  readonly changes: RetentionBounds;
  readonly validations: number;
  readonly sessions: number;
  readonly events: number;
}

export function retentionAges(kept: RetentionSettings, { leaseMaxMs, changeTtlMs }: LifeSettings, now: number): RetentionAges {
  return {
    leases: past(now - kept.leasesMs, leaseMaxMs),
    changes: past(now - kept.changesMs, changeTtlMs),
    validations: now - kept.validationsMs,
    sessions: now - kept.sessionsMs,
    events: now - kept.eventsMs,
  };
}

/** What began later than `begunBy` may not have ended by `endedBy`: with this bound the store need not look at it. */
function past(endedBy: number, longestMs: number): RetentionBounds {
  return { begunBy: endedBy - longestMs, endedBy };
}
