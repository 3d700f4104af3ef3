import type { z } from 'zod';
import { type AwsService, askAws } from '../../connectors/kits/aws/aws-action.ts';
import { Refusal } from '../../connectors/kits/problems.ts';
import { SecretError, type SecretFailure } from '../../domain/errors/secret-error.ts';

/** What codes of a service mean, beside those that mean the same at all of AWS's. */
export type SecretFailures = Readonly<Record<string, readonly [SecretFailure, string?]>>;

export interface SecretAsk<A extends z.ZodType> {
  /** As in `GetSecretValue`; `target` is the service's own name for it. */
  readonly action: string;
  readonly target: string;
  readonly body: Readonly<Record<string, string>>;
  readonly answer: A;
  readonly failures: SecretFailures;
}

/** Asks a service that speaks JSON for a secret. Throws SecretError. */
export async function askForSecret<A extends z.ZodType>(
  service: Omit<AwsService, 'refusals'>,
  { action, target, body, answer, failures }: SecretAsk<A>,
): Promise<z.output<A>> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  // Their own meaning is told from the cause, which ends with the code.
  const refusals = Object.fromEntries(Object.keys(failures).map((code) => [code, 'PROTOCOL_ERROR' as const]));
  return await orSecretError(askAws({ ...service, refusals }, action, { headers, body }, answer), failures);
}

export async function orSecretError<T>(asking: Promise<T>, failures: SecretFailures = {}): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw error instanceof Refusal ? meantBy(error, failures) : error;
  }
}

const ROLE_DENIED = 'the role that reads it, whose trust policy has to name the gateway and the external id of the project';

function meantBy({ problem: { code, cause } }: Refusal, failures: SecretFailures): SecretError {
  const own = failures[/ with (\w+)$/.exec(cause)?.[1] ?? ''];
  if (own !== undefined) return new SecretError(...own);
  switch (code) {
    case 'CREDENTIALS_REJECTED':
      return new SecretError('signed-out', cause);
    case 'ACCESS_DENIED':
      return new SecretError('denied', /sts:AssumeRole\b/.test(cause) ? ROLE_DENIED : null);
    case 'DATABASE_NOT_FOUND':
      return new SecretError('missing');
    case 'RATE_LIMITED':
      return new SecretError('throttled');
    default:
      return new SecretError('unreachable', cause);
  }
}
