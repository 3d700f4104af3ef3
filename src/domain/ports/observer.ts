import type { Change } from '../change/change.ts';
import type { ValidationCode, ValidationStatus } from '../connector/validation.ts';
import type { DomainError, ErrorCode } from '../errors/errors.ts';

/** What can become of a change, each at most once; a roll-back is a change with that purpose. */
export const CHANGE_OUTCOMES = ['staged', 'waiting', 'committed', 'discarded', 'expired', 'given-up'] as const;

export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** One run of a validator as operators see it: ids, words of closed lists, and times. */
export interface ValidatorRun {
  readonly requestId: string;
  readonly kind: string;
  readonly validator: string;
  /** Made up for details that no connection has. */
  readonly connectionId: string;
  readonly status: ValidationStatus;
  /** Errors first, then warnings; none when it passed. */
  readonly codes: readonly ValidationCode[];
  /** The stack frames of an error that was thrown, innermost first; none where nothing was thrown. */
  readonly frames: readonly string[];
  /** Time in the queue, milliseconds. */
  readonly waitedMs: number;
  /** Time from then until its end, milliseconds. */
  readonly ms: number;
}

/**
 * Gets what operators count. Each thing is reported once, after it is durable: never inside a transaction, which may run again, and never
 * for a repeat that changed nothing. It must not throw.
 */
export interface Observer {
  changed(purpose: Change['purpose'], outcome: ChangeOutcome): void;
  /** Details that were not staged, or a change that was not committed; `INTERNAL` for what was not expected. */
  refused(purpose: Change['purpose'], code: ErrorCode): void;
  validated(run: ValidatorRun): void;
  /** A row that was altered past the gateway, and that a list was answered without which has no place to say so. */
  leftOut(fault: DomainError): void;
}
