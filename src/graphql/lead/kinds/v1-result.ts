import type { Problem, ValidationResult } from '../../../domain/connector/validation.ts';
import { isSuccess } from '../../../domain/connector/validation.ts';
import type { Builder } from '../../schema/builder.ts';

/** The lead API's first form of a result: rows of text. */
export interface V1Result {
  readonly success: boolean;
  readonly validations: readonly V1Row[];
  readonly warnings: readonly V1Row[];
}

export interface V1Row {
  readonly type: string;
  readonly message: string;
  readonly data: { readonly error: string } | null;
}

export function createV1Types(builder: Builder) {
  const data = builder.objectRef<{ readonly error: string }>('ConnectionValidationData').implement({
    fields: (t) => ({
      database: t.string({ resolve: () => null }),
      table: t.string({ resolve: () => null }),
      error: t.exposeString('error'),
    }),
  });
  const row = builder.objectRef<V1Row>('ConnectionValidation').implement({
    fields: (t) => ({
      type: t.exposeString('type', { nullable: false }),
      message: t.exposeString('message'),
      data: t.field({ type: data, resolve: (one) => one.data }),
    }),
  });
  const response = builder.objectRef<V1Result>('TestConnectionResponse').implement({
    fields: (t) => ({
      success: t.exposeBoolean('success'),
      validations: t.field({ type: [row], nullable: { list: true, items: true }, resolve: (result) => [...result.validations] }),
      warnings: t.field({ type: [row], nullable: { list: true, items: true }, resolve: (result) => [...result.warnings] }),
    }),
  });
  return { row, response };
}

/**
 * `validations` has a row for everything that was run and says how it ended; `warnings` has a row for each problem. The real CLI
 * prints the rows of `warnings` as failed, with `data.error` as the detail, and takes it for granted there.
 */
export function v1ResultOf(results: readonly ValidationResult[]): V1Result {
  return {
    success: results.every(isSuccess),
    validations: results.map((result) => ({ type: result.validator, message: endOf(result), data: detailOf(result.errors[0]) })),
    warnings: results.flatMap(({ validator, status, errors, warnings }) =>
      [...errors, ...(status === 'skipped' ? [] : warnings)].map((problem) => ({
        type: validator,
        message: `${problem.friendlyMessage} ${problem.resolution}`,
        data: { error: problem.cause },
      })),
    ),
  };
}

function endOf({ validator, status, errors }: ValidationResult): string {
  const [first] = errors;
  if (first === undefined)
    return `${validator} ${status === 'skipped' ? 'was not needed' : 'passed'}${status === 'warning' ? ', with warnings' : ''}.`;
  return `${validator} ${status === 'skipped' ? 'was skipped' : 'failed'}: ${first.friendlyMessage}`;
}

function detailOf(problem: Problem | undefined): V1Row['data'] {
  return problem === undefined ? null : { error: problem.cause };
}
