import { ADD_A_CONNECTION } from './add-a-connection.ts';
import { CHANGE_A_LOGIN } from './change-a-login.ts';
import type { ExampleGroup } from './example.ts';
import { LOOK_AFTER_CONNECTIONS } from './look-after-connections.ts';
import { RUN_A_JOB } from './run-a-job.ts';

/** The panel, from top to bottom. A test checks every document against the published schema. */
export const EXAMPLES: readonly ExampleGroup[] = [CHANGE_A_LOGIN, ADD_A_CONNECTION, RUN_A_JOB, LOOK_AFTER_CONNECTIONS];
