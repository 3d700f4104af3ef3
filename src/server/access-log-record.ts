import type { ErrorCode } from '../domain/errors/errors.ts';

/** What is known of a request once it is answered; filled on its way through. Never holds what it asked for. */
export interface AccessLogRecord {
  readonly id: string;
  readonly method: string;
  readonly route: Route;
  status: number;
  ms: number;
  /** Accessor id of the token, or `local`; null when nobody was recognised. */
  actor: string | null;
  /** Name of the operation in a document that was valid. */
  operation: string | null;
  isMutation: boolean;
  codes: readonly ErrorCode[];
}

/** The addresses that are told apart, in logs and metrics. */
export const ROUTES = ['/graphql', '/explorer', '/livez', '/readyz', '/metrics', 'other'] as const;

export type Route = (typeof ROUTES)[number];

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);
const ROUTES_BY_PATH = new Map<string, Route>(ROUTES.map((route) => [route, route]));
/** What takes as long is worth a line, milliseconds. */
const SLOW_MS = 1000;

export function startAccessLogRecord(id: string, method: string | undefined, path: string): AccessLogRecord {
  return {
    id,
    method: method !== undefined && METHODS.has(method) ? method : 'OTHER',
    route: path.startsWith('/explorer') ? '/explorer' : (ROUTES_BY_PATH.get(path) ?? 'other'),
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
