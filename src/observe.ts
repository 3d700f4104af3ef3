import type { Observer } from './domain/ports/observer.ts';
import type { Log } from './log.ts';
import { type AccessLogRecord, isNoteworthy } from './server/observation/access-log-record.ts';
import type { Metrics } from './server/observation/metrics.ts';

/** Counts what goes on, and writes the lines that say which. */
export function createObserver(log: Log, metrics: Metrics): Observer & { answered(request: AccessLogRecord): void } {
  return {
    changed: metrics.changed,
    refused: metrics.refused,
    validated(run) {
      metrics.validated(run);
      const { requestId, kind, validator, status, codes, connectionId } = run;
      log.write('validation', {
        ...{ requestId, kind, validator, status, connectionId },
        codes: codes.join(' '),
        ms: Math.round(run.ms),
        waitedMs: Math.round(run.waitedMs),
      });
      if (run.frames.length > 0 && log.writes('debug'))
        log.write('validator threw', { requestId, kind, validator, frames: run.frames.slice(0, 4).join(' ') });
    },
    leftOut({ details: { table, rowId } }) {
      log.write('altered row left out', { table: String(table ?? ''), rowId: String(rowId ?? '') });
    },
    answered(request) {
      metrics.answered(request);
      const level = isNoteworthy(request) ? 'info' : 'debug';
      if (!log.writes(level)) return;
      const { id, method, route, status, codes, ms, actor, operation } = request;
      log.write(
        'request',
        {
          requestId: id,
          method,
          route,
          status,
          codes: codes.join(' '),
          ms: Math.round(ms),
          actor,
          operation: operation?.slice(0, 64) ?? null,
        },
        level,
      );
    },
  };
}
