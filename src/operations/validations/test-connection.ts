import type { Version } from '../../domain/connection/connection.ts';
import type { ValidationResult } from '../../domain/connector/validation.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { validateAll, validateOne } from './run/run-validators.ts';
import { subjectOfVersion } from './run/subject.ts';
import type { TestOptions } from './run/validation-run.ts';

/** Runs one validator on the CURRENT version, or all in order when none is named. */
export async function testConnection(
  services: Services,
  actor: Actor,
  input: {
    readonly connectionId: string;
    readonly validator?: string;
    /** A version whose login the current one's is compared with; without it there is nothing to compare. */
    readonly comparedWith?: Version | null;
  } & TestOptions,
): Promise<readonly ValidationResult[]> {
  requirePermission(actor, 'validate');
  const subject = await subjectOfVersion(services, actor, input.connectionId, input.comparedWith ?? null);
  const run = { services, actor, subject, options: input };
  if (input.validator !== undefined) return [await validateOne(run, input.validator)];
  return await validateAll(
    run,
    subject.connector.validators.map(({ name }) => name),
  );
}
