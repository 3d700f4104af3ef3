import type { ConcurrencyLimits } from '../admission/concurrency-limiter.ts';
import type { LoadLevel } from '../admission/load-level.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { ExecutionMs } from '../graphql/plugins/admission.ts';
import type { LogStream } from '../log-stream.ts';
import type { Patience } from '../server/connections/connections.ts';

/** What a command asks for, and what a test brings instead of the machine's own. */
export interface Overrides {
  /** False: a database that is empty is refused, and stays so. */
  readonly makesStore?: boolean;
  readonly clock?: Clock;
  readonly logStream?: LogStream;
  /** How loaded the process is; measured unless given. */
  readonly loadLevel?: () => LoadLevel;
  readonly concurrency?: Partial<ConcurrencyLimits>;
  readonly patience?: Partial<Patience>;
  readonly executionMs?: ExecutionMs;
  /** Of one run of a validator. */
  readonly validatorMs?: number;
}
