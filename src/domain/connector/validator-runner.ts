import type { GrantedAws } from '../aws/gateway-aws.ts';
import type { Details } from '../connection/details/details.ts';
import type { ValidationResult } from './validation.ts';
import type { ValidatorOptions } from './validator.ts';

/** One run of a validator: plain data in, plain data out. */
export interface ValidatorTask {
  readonly kind: string;
  readonly validator: string;
  /** Of the request that asked for it: the run's log line carries it, and nothing that leaves the gateway does. */
  readonly requestId: string;
  /** Runs of one project share its part of the workers. */
  readonly projectId: string;
  /** Runs on one connection queue behind each other. */
  readonly connectionId: string;
  /** Runs of one caller share what one caller may have waiting. */
  readonly callerId: string;
  /** A commit waits for it: it goes first. */
  readonly isProof: boolean;
  readonly credentials: Details;
  /** Settings of the version in use, or null; with its secrets for a validator that `comparesLogins`. */
  readonly current: Details | null;
  readonly options: ValidatorOptions;
  readonly gatewayAws?: GrantedAws | null;
}

/** A question to the network: whether something answers there. It carries no credentials. */
export type NetworkProbe =
  | { readonly probe: 'dns'; readonly host: string }
  | { readonly probe: 'tcp'; readonly host: string; readonly port: number }
  | { readonly probe: 'http'; readonly url: string };

export type ValidationOutcome = Pick<ValidationResult, 'status' | 'errors' | 'warnings' | 'data'>;

/**
 * Runs validators in egress workers, under one deadline. A validator that fails, throws or hangs gives an outcome, never an
 * error. Throws RATE_LIMITED when too many are waiting, or it did not begin in time, and UNAVAILABLE when it is closing.
 */
export interface ValidatorRunner {
  run(task: ValidatorTask, signal?: AbortSignal): Promise<ValidationOutcome>;
  /** The answer is in `data.returnedData`. */
  probe(
    task: NetworkProbe & { readonly requestId: string; readonly projectId: string; readonly callerId: string; readonly id: string },
    signal?: AbortSignal,
  ): Promise<ValidationOutcome>;
  /** How many runs go on now, and how many wait in the queue. */
  load(): { readonly running: number; readonly waiting: number };
  close(): Promise<void>;
}
