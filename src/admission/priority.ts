/**
 * What gives way when there is more to do than the gateway can. `critical`: what running jobs and commits depend on, for which a
 * part of the capacity is kept; `expendable`: validations and lists, which can be asked for again; the rest lies between.
 */
export type Priority = 'critical' | 'normal' | 'expendable';

/** What an operation asks of the gateway. */
export interface OperationPriority {
  readonly priority: Priority;
  /** It dials other systems or reads the whole store, and may take longer than a question to the store does. */
  readonly slow: boolean;
}
