import type { Anchor } from '../domain/audit/audit-check.ts';
import { sealAudit } from '../operations/audit/seal-audit.ts';
import { commitWaiting } from '../operations/commits/commit-waiting.ts';
import { publishEvents } from '../operations/events/event-feed.ts';
import type { Services } from '../operations/services.ts';
import { applyRetention, forgetAnswers } from '../operations/upkeep/apply-retention.ts';
import { type MaintenancePass, runMaintenance } from '../operations/upkeep/maintenance-pass.ts';
import { anchoring } from './anchoring.ts';
import { createClockWatch, type Uptime } from './clock-watch.ts';
import { type Job, repeat } from './repeat.ts';

const MINUTE = 60_000;

/** What is reported about passes, and what receives the chain's head. A pass that found nothing to do reports nothing. */
export interface JobReports {
  failed(name: string, error: unknown): void;
  anchor(head: Anchor): Promise<void>;
  clockRanAhead(aheadMs: number): void;
  sealed(rows: number, ms: number): void;
  /** Looks whether what was written to the audit is still there. */
  watchAudit(): Promise<void>;
  /** Commits that had waited for leases to end. */
  committed(changes: number, ms: number): void;
  /** `forgotten`: answers to idempotent requests whose day was over. */
  maintained(pass: MaintenancePass & { readonly forgotten: number }, ms: number): void;
  /** Rows whose retention was over. */
  dropped(rows: number, ms: number): void;
}

/** Starts the gateway's own work: sealing the audit, carrying out commits that wait, retiring versions, anchoring. Returns what stops it and waits for what runs. */
export function startJobs(services: Services, reports: JobReports, uptime: Uptime): () => Promise<void> {
  let stopping = false;
  const jobs = jobsOf(services, reports, { uptime, isStopping: () => stopping });
  const stops = jobs.map((job) => repeat(job, reports.failed));
  return async () => {
    stopping = true;
    await Promise.all(stops.map((stop) => stop()));
    await sealAudit(services).catch((error: unknown) => reports.failed('seal-audit', error));
    await reports.watchAudit().catch((error: unknown) => reports.failed('watch-audit', error));
  };
}

interface Surroundings {
  readonly uptime: Uptime;
  readonly isStopping: () => boolean;
}

function jobsOf(services: Services, reports: JobReports, { uptime, isStopping }: Surroundings): readonly Job[] {
  const clock = createClockWatch(services.store, uptime);
  /** Jobs that end things because their time is over, and leave out their next pass. */
  const held = new Set<string>();
  const watchClock = async () => {
    const ahead = await clock.check();
    if (ahead < services.settings.leaseTtlMs) return;
    for (const name of [MAINTENANCE, RETENTION]) held.add(name);
    reports.clockRanAhead(ahead);
  };
  /** A clock that ran ahead is reported before anything ends because of it: the job leaves out one pass, and a later pass does its work. */
  const unlessHeld = (name: string, run: () => Promise<unknown>) => async () => {
    await watchClock();
    if (!held.delete(name)) await run();
  };
  return [
    { name: 'watch-clock', everyMs: 1000, firstMs: 0, run: watchClock },
    { name: 'seal-audit', everyMs: 500, run: reported(() => sealAudit(services), reports.sealed) },
    { name: 'watch-audit', everyMs: 500, run: reports.watchAudit },
    // Whoever follows events publishes them at once; this keeps few waiting for whoever comes later.
    { name: 'publish-events', everyMs: 1000, run: () => publishEvents(services.store) },
    { name: 'commit-waiting', everyMs: 1000, run: reported(() => commitWaiting(services), reports.committed) },
    { name: 'refresh-keys', everyMs: 10_000, run: () => services.vault.refresh() },
    { name: MAINTENANCE, everyMs: 10_000, run: unlessHeld(MAINTENANCE, () => maintain(services, reports, isStopping)) },
    {
      name: RETENTION,
      everyMs: 10 * MINUTE,
      firstMs: 15_000,
      run: unlessHeld(
        RETENTION,
        reported(() => applyRetention(services, isStopping), reports.dropped),
      ),
    },
    { name: 'anchor-audit', everyMs: MINUTE, run: anchoring(services.store, reports.anchor) },
  ];
}

const MAINTENANCE = 'maintain';
const RETENTION = 'apply-retention';

/** A pass that counts what it did, and reports it if that was anything. */
function reported(work: () => Promise<number>, report: (count: number, ms: number) => void): () => Promise<void> {
  return async () => {
    const started = performance.now();
    const count = await work();
    if (count > 0) report(count, performance.now() - started);
  };
}

async function maintain(services: Services, { maintained }: JobReports, isStopping: () => boolean): Promise<void> {
  const started = performance.now();
  const pass = await runMaintenance(services, isStopping);
  const forgotten = await forgetAnswers(services, isStopping);
  if (pass.retired + pass.destroyed + pass.expiredChanges + forgotten > 0) maintained({ ...pass, forgotten }, performance.now() - started);
}
