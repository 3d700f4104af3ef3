import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ValidationOutcome, ValidatorRunner, ValidatorTask } from '../../../src/domain/connector/validator-runner.ts';
import { createWorkerPool, type WorkerPoolOptions } from '../../../src/egress/worker-pool.ts';
import { createWorkerThreads } from '../../../src/egress/worker-threads.ts';

type PoolOptions = Partial<WorkerPoolOptions>;

const POLICY = { allow: [], own: [] };

/** Runs a piece of code as the one validator of a connector, in a real worker. What `poolFor` gives has threads of its own. */
export function createRunner() {
  const threads = createWorkerThreads(POLICY);
  const folder = mkdtempSync(join(tmpdir(), 'changeover-worker-'));
  const pools: ValidatorRunner[] = [];
  let made = 0;

  function moduleOf(code: string): string {
    made += 1;
    const file = join(folder, `${made}.mjs`);
    // Its password is a secret, as the connectors' own builders would have it.
    const domain = new URL('../../../build/domain/connector/', import.meta.url).href;
    writeFileSync(
      file,
      `import net from 'node:net'; import dns from 'node:dns'; import http from 'node:http'; import dgram from 'node:dgram'; import { secret } from '${domain}field.js'; import { secretText } from '${domain}field-types.js';
      const report = (returnedData) => ({ errors: [], warnings: [], data: { returnedData } });
      export default [{ kind: 'other', validators: [] }, { kind: 'k', driver: { packages: ['a-driver'], install: 'npm install a-driver' }, fields: { password: secret(secretText().optional()) }, validators: [{ name: 'validate_connection', run: async ({ credentials, current, egress, signal }) => { ${code} } }] }];`,
    );
    return pathToFileURL(file).href;
  }

  function poolFor(code: string, options: PoolOptions = {}): { readonly pool: ValidatorRunner; readonly task: ValidatorTask } {
    const moduleUrl = moduleOf(code);
    const pool = createWorkerPool({ policy: POLICY, moduleUrlOf: () => moduleUrl, deadlineMs: 60_000, ...options });
    pools.push(pool);
    return {
      pool,
      task: {
        kind: 'k',
        validator: 'validate_connection',
        requestId: 'r',
        projectId: 'p',
        connectionId: 'c',
        callerId: 't',
        isProof: false,
        credentials: {},
        current: null,
        options: { skipPermissionTests: false },
      },
    };
  }

  return {
    poolFor,
    async run(code: string, credentials: object = {}, options: PoolOptions = {}): Promise<ValidationOutcome> {
      const shared = options.policy === undefined ? { threads: { run: threads.run, close: async () => {} } } : {};
      const { pool, task } = poolFor(code, { ...shared, ...options });
      return await pool.run({ ...task, credentials: { ...credentials } });
    },
    async close(): Promise<void> {
      await Promise.all([...pools.map((pool) => pool.close()), threads.close()]);
    },
  };
}
