import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { stageCreation } from '../../../operations/changes/stage-creation.ts';
import { type StageUpdate, stageUpdate } from '../../../operations/changes/stage-update.ts';
import type { TestOptions } from '../../../operations/validations/run/validation-run.ts';
import { testDetails, testUpdate } from '../../../operations/validations/test-details.ts';
import { validateChange } from '../../../operations/validations/validate-change.ts';
import type { Context } from '../../schema/context.ts';

/** The name that stages without dialling out, in place of a validator's. */
export const SAVE = 'save_credentials';

/** The name of the operation that a connector's connections are updated with, or null when it is this one. */
export type OtherOperation = NonNullable<StageUpdate['otherOperation']>;

interface TestRequest {
  readonly details: Readonly<Record<string, unknown>> | null;
  /** The connection that the details are laid over, or null for one to be created. */
  readonly connectionId: string | null;
  /** The temporary key of what is staged already, in the place of details. */
  readonly stagedKey: string | null;
  readonly validator: string;
  readonly options: TestOptions;
}

interface Tested {
  readonly key: string | null;
  readonly outcome: ValidationResult;
}

/** Runs one validator on the given details, or stages them where the given name asks for that instead. */
export async function testOrStage(
  { kind, otherOperation }: { readonly kind: string; readonly otherOperation: OtherOperation },
  { services, actor }: Context,
  { details, connectionId, stagedKey, validator, options }: TestRequest,
): Promise<Tested> {
  if ((details === null) === (stagedKey === null))
    throw badRequest('connectionDetails', 'Give connectionDetails, or the tempCredentialsKey of what is staged already.');
  if (stagedKey !== null) {
    if (validator === SAVE || connectionId !== null)
      throw badRequest(
        'tempCredentialsKey',
        'What this key stands for is staged already; give the name of a validation, and no connectionId.',
      );
    return { key: null, outcome: await validateChange(services, actor, { ...options, key: stagedKey, kind, validator }) };
  }
  if (connectionId === null) {
    const creation = { kind, details: details ?? {} };
    if (validator !== SAVE) return { key: null, outcome: await testDetails(services, actor, { ...creation, ...options, validator }) };
    const { key, change } = await stageCreation(services, actor, { ...creation, siteId: options.siteId ?? null });
    return { key, outcome: stagedOnly(change.createdAt) };
  }
  const update = { connectionId, changes: details ?? {}, otherOperation, sharedInput: true, path: 'connectionDetails' };
  if (validator !== SAVE) return { key: null, outcome: await testUpdate(services, actor, { ...update, ...options, validator }) };
  const { key, change } = await stageUpdate(services, actor, { ...update, siteId: options.siteId ?? null });
  return { key, outcome: stagedOnly(change.createdAt) };
}

export function stagedOnly(at: number): ValidationResult {
  return {
    validator: SAVE,
    description: 'Stages the credentials.',
    status: 'passed',
    errors: [],
    warnings: [],
    data: null,
    startedAt: at,
    finishedAt: at,
  };
}
