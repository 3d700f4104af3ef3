import type { Anchor } from '../domain/audit/audit.ts';
import { commitWaiting } from '../operations/commits/commit-waiting.ts';
import { publishEvents } from '../operations/events/event-feed.ts';
import type { Services } from '../operations/services.ts';
import { applyRetention, forgetAnswers } from '../operations/upkeep/apply-retention.ts';
import { type MaintenancePass, runMaintenance } from '../operations/upkeep/maintenance-pass.ts';
import { createClockWatch, type Uptime } from './clock-watch.ts';

/** How often each job runs, milliseconds. */
const SEAL_EVERY = 500;
/** Whoever follows events publishes them at once; this keeps few waiting for whoever comes later. */
const PUBLISH_EVERY = 1000;
const WAITING_EVERY = 1000;
const CLOCK_EVERY = 1000;
const KEYS_EVERY = 10_000;
const HOUSE_EVERY = 10_000;
const ANCHOR_EVERY = 60_000;
const RETENTION_EVERY = 10 * 60_000;
/** When jobs that run seldom have their first pass, milliseconds. */
const SOON = 15_000;
const SEAL_BATCH = 500;
const SEAL_BATCHES = 20;

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
export function startJobs(
  services: Services,
  { failed, anchor, clockRanAhead, sealed, watchAudit, committed, maintained, dropped }: JobReports,
  uptime: Uptime,
): () => Promise<void> {
  let lastAnchor = 0;
  let stopping = false;
  const isStopping = () => stopping;
  /** Reported before anything is retired, destroyed or dropped because of it. Each job leaves out one pass, and a later pass does its work. */
  const held = { house: false, retention: false };
  const clock = createClockWatch(services.store, uptime);
  const watchClock = async () => {
    const ahead = await clock.check();
    if (ahead < services.settings.leaseTtlMs) return;
    held.house = true;
    held.retention = true;
    clockRanAhead(ahead);
  };
  const stops = [
    every('watch-clock', CLOCK_EVERY, watchClock, 0),
    every('seal-audit', SEAL_EVERY, async () => {
      const started = performance.now();
      const rows = await sealAudit(services);
      if (rows > 0) sealed(rows, performance.now() - started);
    }),
    every('watch-audit', SEAL_EVERY, watchAudit),
    every('publish-events', PUBLISH_EVERY, () => publishEvents(services.store)),
    every('commit-waiting', WAITING_EVERY, async () => {
      const started = performance.now();
      const changes = await commitWaiting(services);
      if (changes > 0) committed(changes, performance.now() - started);
    }),
    every('refresh-keys', KEYS_EVERY, () => services.vault.refresh()),
    every('keep-house', HOUSE_EVERY, async () => {
      await watchClock();
      if (held.house) {
        held.house = false;
        return;
      }
      const started = performance.now();
      const pass = await runMaintenance(services, isStopping);
      const forgotten = await forgetAnswers(services, isStopping);
      if (pass.retired + pass.destroyed + pass.expiredChanges + forgotten > 0)
        maintained({ ...pass, forgotten }, performance.now() - started);
    }),
    every(
      'apply-retention',
      RETENTION_EVERY,
      async () => {
        await watchClock();
        if (held.retention) {
          held.retention = false;
          return;
        }
        const started = performance.now();
        const rows = await applyRetention(services, isStopping);
        if (rows > 0) dropped(rows, performance.now() - started);
      },
      SOON,
    ),
    every('anchor-audit', ANCHOR_EVERY, async () => {
      const head = await services.store.read.audit.head();
      if (head === null || head.seq === lastAnchor) return;
      await anchor({ seq: head.seq, head: head.chainHash.toString('hex'), at: await services.store.now() });
      // An anchor that could not be written is tried again, even if nothing was sealed since.
      lastAnchor = head.seq;
    }),
  ];

  function every(name: string, ms: number, work: () => Promise<unknown>, first = ms): () => Promise<void> {
    let current: Promise<unknown> = Promise.resolve();
    const run = () => {
      current = work()
        .catch((error: unknown) => failed(name, error))
        .finally(() => {
          if (!stopping) timer = setTimeout(run, ms).unref();
        });
    };
    let timer = setTimeout(run, first).unref();
    return async () => {
      clearTimeout(timer);
      await current;
    };
  }

  return async () => {
    stopping = true;
    await Promise.all(stops.map((stop) => stop()));
    await sealAudit(services).catch((error: unknown) => failed('seal-audit', error));
    await watchAudit().catch((error: unknown) => failed('watch-audit', error));
  };
}

/** Numbers and chains what was written since the last time, in transactions of a bounded size. Asks first: an idle gateway writes nothing. */
export async function sealAudit({ store, auditChain }: Services): Promise<number> {
  if ((await store.read.audit.countUnsealed(1)) === 0) return 0;
  let sealed = 0;
  // Rows that arrive faster than they are sealed wait for the next pass.
  for (let batch = 0; batch < SEAL_BATCHES; batch += 1) {
    const count = await store.write((tx) =>
      tx.audit.seal(SEAL_BATCH, auditChain.start, (previous, seq, row) => auditChain.link(previous, seq, row)),
    );
    sealed += count;
    if (count < SEAL_BATCH) break;
  }
  return sealed;
}
