import type { LogStream } from '../../../src/log-stream.ts';

/** A log that is kept, line by line as it was written. */
export interface KeptLog {
  readonly stream: LogStream;
  readonly lines: readonly string[];
  /** Lines of one event, without what differs from run to run. */
  of(event: string): readonly Record<string, unknown>[];
}

export function keepLog(): KeptLog {
  const lines: string[] = [];
  return {
    lines,
    stream: { write: (line) => void lines.push(line), isBehind: () => false, lose: () => {}, takeLost: () => 0 },
    of: (event) =>
      lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ msg }) => msg === event)
        .map(({ time: _time, ms: _ms, waitedMs: _waited, msg: _msg, ...fields }) => fields),
  };
}
