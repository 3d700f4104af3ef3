import '../harden-process.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { AwsSignIn } from '../domain/aws/gateway-aws.ts';
import { type Details, splitDetails } from '../domain/connection/details/details.ts';
import type { ManagerAnswer, ManagerCall, SecretManager } from '../domain/connection/reference/secret-manager.ts';
import type { Connector } from '../domain/connector/connector.ts';
import { DESCRIBE } from '../domain/connector/describe.ts';
import { EgressError, type EgressSession } from '../domain/connector/egress.ts';
import { fieldMeta } from '../domain/connector/field.ts';
import type { Validator, ValidatorReport } from '../domain/connector/validator.ts';
import type { ValidationOutcome, ValidatorTask } from '../domain/connector/validator-runner.ts';
import { SecretError } from '../domain/errors/secret-error.ts';
import { framesOf } from '../domain/errors/stack-frames.ts';
import type { EgressPolicy } from './address-policy.ts';
import { installGuard } from './guard.ts';
import { networkProbe } from './network-probe.ts';
import { driverNotInstalled, problemFor } from './problem.ts';
import { createScrubber, type Scrubber } from './scrub/scrub.ts';
import { createEgressSession } from './session.ts';

/** A task as it reaches the worker. `moduleUrl` names the module whose default export is the connector; null stands for a network probe. */
export interface WorkerTask extends Omit<ValidatorTask, 'requestId' | 'projectId' | 'connectionId' | 'callerId' | 'isProof'> {
  readonly moduleUrl: string | null;
  readonly deadlineMs: number;
}

/** A step of an outside manager of secrets as it reaches the worker. */
export type ManagerTask = ManagerCall & { readonly deadlineMs: number };

export interface WorkerData {
  readonly policy: EgressPolicy;
}

const { policy } = workerData as WorkerData;
// The guard must be there before any connector, and with it any driver, is imported.
const guard = installGuard(policy);
let abort: AbortController | null = null;

parentPort?.on('message', (message: WorkerTask | ManagerTask | 'abort') => {
  if (message === 'abort') {
    abort?.abort();
    guard.destroyAll();
    return;
  }
  void runTask(message).then((outcome) => parentPort?.postMessage(outcome));
});

async function runTask(task: WorkerTask | ManagerTask): Promise<ValidationOutcome> {
  const controller = new AbortController();
  abort = controller;
  const timer = setTimeout(() => controller.abort(), task.deadlineMs);
  try {
    const aborted = new Promise<never>((_, reject) =>
      controller.signal.addEventListener('abort', () => reject(new EgressError('TIMEOUT')), { once: true }),
    );
    aborted.catch(() => {});
    const running = 'step' in task ? runManager(task, controller.signal) : runValidator(task, controller.signal);
    return await Promise.race([running, aborted]);
  } catch (error) {
    const problem = problemFor(error);
    const errors = [problem.code === 'INTERNAL' ? { ...problem, frames: framesOf(error) } : problem];
    return { status: 'failed', errors, warnings: [], data: null };
  } finally {
    clearTimeout(timer);
    guard.destroyAll();
    abort = null;
  }
}

/** What is answered is the secret itself, or what reads it: it goes to whoever asked as it is. */
async function runManager(task: ManagerTask, signal: AbortSignal): Promise<ValidationOutcome> {
  const { manager } = (await import(task.moduleUrl)) as { readonly manager: SecretManager<unknown, unknown, unknown> };
  const returnedData = await answerOf(manager, task, createEgressSession(policy, guard, signal));
  return { status: 'passed', errors: [], warnings: [], data: { returnedData } };
}

async function answerOf(
  manager: SecretManager<unknown, unknown, unknown>,
  task: ManagerTask,
  egress: EgressSession,
): Promise<ManagerAnswer> {
  try {
    return { answer: task.step === 'signIn' ? await manager.signIn(task.login, egress) : await manager.read(task, egress) };
  } catch (error) {
    if (error instanceof SecretError) return { failure: error.failure, field: error.field };
    throw error;
  }
}

/** Each probe takes its own question, as each connector its own credentials; the name says which. */
function runnerOf(of: Connector | typeof networkProbe, wanted: string): Pick<Validator, 'run'> | undefined {
  if (wanted === DESCRIBE) return 'describe' in of && of.describe !== null ? { run: of.describe } : undefined;
  const validators: readonly Pick<Validator, 'name' | 'run'>[] = of.validators;
  return validators.find(({ name }) => name === wanted);
}

async function runValidator(task: WorkerTask, signal: AbortSignal): Promise<ValidationOutcome> {
  const connector = task.moduleUrl === null ? networkProbe : await importConnector(task.moduleUrl, task.kind);
  const validator = runnerOf(connector, task.validator);
  if (validator === undefined) throw new TypeError('no such validator');
  // A question to the network carries no secret.
  const scrubber = 'fields' in connector ? scrubberFor(connector, task) : createScrubber({});
  try {
    // The task's credentials were parsed with this very connector's fields before they were sealed.
    const report = await validator.run({
      credentials: task.credentials as never,
      current: task.current as never,
      options: task.options,
      gatewayAws: task.gatewayAws ?? null,
      egress: createEgressSession(policy, guard, signal),
      signal,
    });
    return outcomeOf(report, scrubber);
  } catch (error) {
    const install = connector.driver?.install ?? null;
    const missing = connector.driver?.packages.find((packageName) => isMissing(error, packageName));
    if (missing === undefined || install === null) throw error;
    return outcomeOf({ errors: [driverNotInstalled(missing, install)], warnings: [] }, scrubber);
  }
}

/** Characters of a description as JSON: it is all names, and asked for as such. */
const MOST_DESCRIBED = 256 * 1024;

/** Some validators compare the new login with the one in use, and that has secrets of its own. */
function scrubberFor(connector: Connector, { credentials, current, gatewayAws, validator }: WorkerTask): Scrubber {
  const given = splitDetails(connector, credentials);
  const inUse = current === null ? { settings: {}, secrets: {} } : splitDetails(connector, current);
  const secrets = {
    given: secretParts(connector, given.secrets),
    inUse: secretParts(connector, inUse.secrets),
    gateway: gatewayAws === null || gatewayAws === undefined ? {} : secretsOf(gatewayAws.signIn),
  };
  const open = { given: given.settings, inUse: inUse.settings };
  return validator === DESCRIBE ? createScrubber(secrets, open, MOST_DESCRIBED) : createScrubber(secrets, open);
}

function secretsOf(signIn: AwsSignIn): Details {
  if (signIn.by === 'web-identity') return { token: signIn.token };
  const { secretAccessKey, sessionToken } = signIn.key;
  return { secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** A secret that does not say what of it is secret is looked for as a whole. */
function secretParts({ fields }: Connector, secrets: Details): Details {
  const parts = Object.entries(secrets).map(([key, value]) => {
    const schema = fields[key];
    const named = schema === undefined ? null : (fieldMeta(schema, key).secretParts?.(value) ?? null);
    return [key, named === null || named.length === 0 ? value : named];
  });
  return Object.fromEntries(parts);
}

/** Node's error for an import that finds nothing names the package in its text alone. */
function isMissing(error: unknown, packageName: string): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${packageName}'`);
}

async function importConnector(url: string, wanted: string): Promise<Connector> {
  const { default: exported } = (await import(url)) as { readonly default: Connector | readonly Connector[] };
  const found = [exported].flat().find(({ kind }) => kind === wanted);
  if (found === undefined) throw new TypeError('no such connector');
  return found;
}

function outcomeOf(report: ValidatorReport, scrubber: Scrubber): ValidationOutcome {
  const errors = scrubber.problems(report.errors);
  const warnings = scrubber.problems(report.warnings);
  const status = errors.length > 0 ? 'failed' : warnings.length > 0 ? 'warning' : 'passed';
  return { status, errors, warnings, data: scrubber.data(report.data) };
}
