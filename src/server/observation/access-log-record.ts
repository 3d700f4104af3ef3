import type { RequestNotes } from '../../http/request.ts';

/** What is known of a request once it is answered; filled on its way through. Never holds what it asked for. */
export interface AccessLogRecord extends RequestNotes {
  readonly id: string;
  readonly method: string;
  /** As the router has it, or `other`: never what a caller made up. */
  readonly route: string;
  status: number;
  ms: number;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** What takes as long is worth a line, milliseconds. */
const SLOW_MS = 1000;

export function startAccessLogRecord(id: string, method: string, route = 'other'): AccessLogRecord {
  return {
    id,
    method: METHODS.has(method) ? method : 'OTHER',
    route,
    status: 0,
    ms: 0,
    actor: null,
    operation: null,
    isMutation: false,
    codes: [],
  };
}

/** Whether a line at `info` is wanted. Nobody without a token can fill the disk, and neither can a flood that is being put off. */
export function isNoteworthy({ actor, isMutation, codes, ms }: AccessLogRecord): boolean {
  if (actor === null || codes.includes('RATE_LIMITED') || codes.includes('UNAVAILABLE')) return false;
  return isMutation || codes.length > 0 || ms >= SLOW_MS;
}
