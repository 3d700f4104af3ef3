import type { ExecutionMs } from '../admission/admit.ts';
import type { ConcurrencyLimits } from '../admission/concurrency-limiter.ts';
import type { LoadLevel } from '../admission/load-level.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { EgressPolicy } from '../egress/address-policy.ts';
import type { WorkerThreads } from '../egress/worker-threads.ts';
import type { createSchema } from '../graphql/schema/schema.ts';
import type { LogStream } from '../log-stream.ts';
import type { ClientPatience } from '../server/connections/connections.ts';

/** What a command asks for, and what a test brings instead of the machine's own. */
export interface Overrides {
  /** False: a database that is empty is refused, and stays so. */
  readonly makesStore?: boolean;
  readonly clock?: Clock;
  readonly logStream?: LogStream;
  /** How loaded the process is; measured unless given. */
  readonly loadLevel?: () => LoadLevel;
  readonly concurrency?: Partial<ConcurrencyLimits>;
  readonly patience?: Partial<ClientPatience>;
  readonly executionMs?: ExecutionMs;
  /** Of one run of a validator. */
  readonly validatorMs?: number;
  /** The one of the built-in kinds, where several gateways of a process share it: it is what takes longest to make. */
  readonly schema?: ReturnType<typeof createSchema>;
  /** Threads that gateways of a process share whose policies are equal. */
  readonly validatorThreads?: (policy: EgressPolicy) => WorkerThreads;
}
