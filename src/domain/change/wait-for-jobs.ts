import { type Problem, RETRYABLE_PROBLEMS } from '../connector/validation.ts';
import { badRequest, DomainError, RETRYABLE_CODES } from '../errors/errors.ts';
import type { LeaseLimits } from '../lease/lease-term.ts';
import type { Change } from './change.ts';

const LEAST_WAIT_MS = 1000;
const DEFAULT_WAIT_MS = 60 * 60 * 1000;

/**
 * How long a commit waits for running jobs, milliseconds; an hour unless the caller says. No longer than a lease may last: by then
 * every job that held the connection has ended. Throws BAD_REQUEST.
 */
export function readWait({ leaseMaxMs }: Pick<LeaseLimits, 'leaseMaxMs'>, waitMs: number = DEFAULT_WAIT_MS): number {
  if (!Number.isInteger(waitMs) || waitMs < LEAST_WAIT_MS || waitMs > leaseMaxMs)
    throw badRequest('waitSeconds', `A commit waits from 1 second to ${leaseMaxMs / 1000} seconds.`);
  return waitMs;
}

/** Throws CONNECTION_IN_USE, or CHANGE_EXPIRED where no job holds the connection, once the time that a change may wait is over. */
export function requireTimeToWait({ waitUntil }: Pick<Change, 'waitUntil'>, isHeldBack: boolean, now: number): void {
  if ((waitUntil ?? 0) > now) return;
  throw new DomainError(isHeldBack ? 'CONNECTION_IN_USE' : 'CHANGE_EXPIRED', 'The time to wait is over.');
}

/** What passes by itself is tried again, once a minute until the deadline; any other failure ends the wait. */
export function isRetryable({ code, details }: DomainError): boolean {
  if (code !== 'VALIDATION_FAILED') return RETRYABLE_CODES.has(code);
  // Whoever refuses a proof lists the problems of its validators.
  const problems = Array.isArray(details.problems) ? (details.problems as readonly Problem[]) : [];
  return problems.length > 0 && problems.every((problem) => RETRYABLE_PROBLEMS.has(problem.code));
}
