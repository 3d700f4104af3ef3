import { createCatalogue } from '../../../src/connectors/catalogue.ts';
import type { GrantedAws } from '../../../src/domain/aws/gateway-aws.ts';
import type { Details } from '../../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../../src/domain/connection/details/parse-details.ts';
import { DESCRIBE, type DescriptionFilter } from '../../../src/domain/connector/describe.ts';
import type { ValidationOutcome, ValidatorRunner } from '../../../src/domain/connector/validator-runner.ts';
import { createWorkerPool, type WorkerPoolOptions } from '../../../src/egress/worker-pool.ts';

export const catalogue = createCatalogue();

/** The policy of a test's own servers. */
export const LOOPBACK = { allow: ['loopback'], own: [] } as const;

export function createTestPool(options: Partial<WorkerPoolOptions> = {}): ValidatorRunner {
  return createWorkerPool({ policy: LOOPBACK, moduleUrlOf: catalogue.moduleUrlOf, ...options });
}

/** Runs one validator of a kind in a real worker, on details that the kind's own fields have parsed. */
export async function runValidator(
  pool: ValidatorRunner,
  kind: string,
  validator: string,
  details: Details,
  current: Details | null = null,
): Promise<ValidationOutcome> {
  return await runAsGateway(pool, { kind, validator, details, current, gatewayAws: null });
}

/** The validators of a kind on these details, each time with something changed: a run of one, and what a login's errors and warnings are called. */
export function validatorsOf(pool: ValidatorRunner, kind: string, details: Details) {
  const run = (validator: string, changed: Details, current: Details | null = null) =>
    runValidator(pool, kind, validator, { ...details, ...changed }, current);
  const codes = async (changed: Details) => {
    const { errors, warnings } = await run('validate_connection', changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };
  return { run, codes };
}

interface Run {
  readonly kind: string;
  readonly validator: string;
  readonly details: Details;
  readonly current?: Details | null;
  readonly gatewayAws: GrantedAws | null;
  readonly describes?: DescriptionFilter;
}

/** The same with what the run may do as the gateway itself. */
export async function runAsGateway(
  pool: ValidatorRunner,
  { kind, validator, details, current = null, gatewayAws, describes }: Run,
): Promise<ValidationOutcome> {
  const connector = catalogue.find(kind);
  if (connector === null) throw new Error(`no kind ${kind}`);
  return await pool.run({
    kind,
    validator,
    requestId: 'r',
    projectId: 'p',
    connectionId: `c${Math.random()}`,
    callerId: 't',
    isProof: false,
    credentials: parseDetails(connector, details),
    current,
    options: { skipPermissionTests: false, ...(describes === undefined ? {} : { describes }) },
    gatewayAws,
  });
}

/** What the kind's login sees on these details, or the codes of what kept it from that. */
export async function describeWith(
  pool: ValidatorRunner,
  kind: string,
  details: Details,
  filter: Partial<DescriptionFilter> = {},
): Promise<unknown> {
  const describes = { schema: null, tables: null, ...filter };
  const { data, errors } = await runAsGateway(pool, { kind, validator: DESCRIBE, details, gatewayAws: null, describes });
  return errors.length === 0 ? data?.returnedData : errors.map(({ code }) => code);
}
