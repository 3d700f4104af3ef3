import type { Config } from '../config.ts';
import type { JobReports } from '../jobs/periodic.ts';
import { errorFields, type Log } from '../log.ts';
import { appendAnchor } from '../store/files/anchor-file.ts';

/** What the log says of the jobs, and where the audit's anchors go: to the operator's file, or else into the log. */
export function jobReports(log: Log, { auditAnchorFile }: Config, instanceId: string): Omit<JobReports, 'watchAudit'> {
  return {
    failed: (name, error) => log.write('periodic work failed', { name, ...errorFields(error) }),
    async anchor(head) {
      if (auditAnchorFile === null) log.write('audit anchor', { seq: head.seq, head: head.head });
      else await appendAnchor(auditAnchorFile, instanceId, head);
    },
    clockRanAhead: (aheadMs) => log.write('clock set forward', { aheadSeconds: Math.round(aheadMs / 1000) }),
    sealed: (rows, ms) => log.write('audit sealed', { rows, ms: Math.round(ms) }),
    committed: (changes, ms) => log.write('waiting commits carried out', { changes, ms: Math.round(ms) }),
    maintained: (pass, ms) => log.write('housekeeping', { ...pass, ms: Math.round(ms) }),
    dropped: (rows, ms) => log.write('old rows dropped', { dropped: rows, ms: Math.round(ms) }),
  };
}
