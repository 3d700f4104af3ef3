import { isSuccess, type Problem, type ValidationResult, type ValidatorData } from '../../../domain/connector/validation.ts';
import { createV1Types } from '../../lead/kinds/v1-result.ts';
import type { Builder } from '../builder.ts';
import { createTestOptions } from './test-options.ts';

export type ValidationTypes = ReturnType<typeof createValidationTypes>;

/** The lead API's validation results, and what a caller may say about a run. */
export function createValidationTypes(builder: Builder) {
  const failure = builder.objectRef<Problem>('ValidationFailure').implement({
    fields: (t) => ({
      cause: t.exposeString('cause'),
      stackTrace: t.string({
        description: 'Files and lines in which a check itself failed, for an operator; null otherwise.',
        resolve: ({ frames }) => frames?.join('\n') ?? null,
      }),
      friendlyMessage: t.exposeString('friendlyMessage'),
      resolution: t.exposeString('resolution'),
      code: t.exposeString('code', { description: 'From the closed list of validation codes.' }),
    }),
  });
  const queryWithResults = builder.objectRef<{ readonly query: string; readonly rows: string }>('QueryWithResults').implement({
    fields: (t) => ({ query: t.exposeString('query'), rows: t.exposeString('rows') }),
  });
  const additionalData = builder.objectRef<ValidatorData>('AdditionalData').implement({
    fields: (t) => ({
      projectsValidated: t.stringList({ nullable: { list: true, items: true }, resolve: (data) => list(data.projectsValidated) }),
      datasetsValidated: t.stringList({ nullable: { list: true, items: true }, resolve: (data) => list(data.datasetsValidated) }),
      tablesValidated: t.stringList({ nullable: { list: true, items: true }, resolve: (data) => list(data.tablesValidated) }),
      queriesWithResults: t.field({
        type: [queryWithResults],
        nullable: { list: true, items: true },
        resolve: (data) => list(data.queriesWithResults),
      }),
      returnedData: t.field({ type: 'GenericScalar', resolve: (data) => data.returnedData ?? null }),
    }),
  });
  const status = builder.enumType('ValidationStatus', {
    values: {
      PASSED: { value: 'passed' },
      WARNING: { value: 'warning' },
      FAILED: { value: 'failed' },
      SKIPPED: { value: 'skipped' },
    } as const,
  });
  const result = builder.objectRef<ValidationResult>('TestCredentialsV2Response').implement({
    fields: (t) => ({
      success: t.boolean({ resolve: isSuccess }),
      validationName: t.exposeString('validator'),
      description: t.exposeString('description'),
      errors: t.field({ type: [failure], nullable: { list: true, items: true }, resolve: (row) => [...row.errors] }),
      warnings: t.field({ type: [failure], nullable: { list: true, items: true }, resolve: (row) => [...row.warnings] }),
      additionalData: t.field({ type: additionalData, resolve: (row) => row.data }),
      status: t.field({
        type: status,
        nullable: false,
        description: 'SKIPPED says that nothing was looked at, which `success` does not tell.',
        resolve: (row) => row.status,
      }),
    }),
  });
  return { result, testOptions: createTestOptions(builder), v1: createV1Types(builder) };
}

function list<T>(items: readonly T[] | undefined): T[] | null {
  return items === undefined ? null : [...items];
}
