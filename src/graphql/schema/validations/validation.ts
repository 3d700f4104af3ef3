import type { Connector } from '../../../domain/connector/connector.ts';
import type { Problem, ValidationResult, ValidatorData } from '../../../domain/connector/validation.ts';
import { isWell } from '../../../domain/connector/validation.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { listValidators } from '../../../operations/validations/list-validators.ts';
import { type TestOptions, testConnection, validateChange } from '../../../operations/validations/run-validation.ts';
import { refuseCtpConfig } from '../../lead/ctp-config.ts';
import { createV1Types, v1ResultOf } from '../../lead/kinds/v1-result.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { Context } from '../context.ts';

export type ValidationTypes = ReturnType<typeof createValidationTypes>;

/** The lead API's validation results, and the operations that run validators on a staged or saved connection. */
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
      success: t.boolean({ resolve: isWell }),
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
  const validatorTestOptions = builder.inputType('ValidatorTestOptions', {
    fields: (t) => ({
      validateSelect: t.boolean(),
      validateInfoAccess: t.boolean(),
      validateTableMetadata: t.boolean(),
      validateSyslog: t.boolean(),
    }),
  });
  const testOptions = builder.inputType('ConnectionTestOptions', {
    fields: (t) => ({
      dcId: t.field({ type: 'UUID' }),
      skipValidation: t.boolean({ defaultValue: false }),
      skipPermissionTests: t.boolean({ defaultValue: false }),
      testOptions: t.field({ type: validatorTestOptions }),
      ctpConfig: t.field({ type: 'JSONString' }),
    }),
  });
  return { result, testOptions, v1: createV1Types(builder) };
}

function list<T>(items: readonly T[] | undefined): T[] | null {
  return items === undefined ? null : [...items];
}

interface GivenOptions {
  readonly dcId?: string | null | undefined;
  readonly skipValidation?: boolean | null | undefined;
  readonly skipPermissionTests?: boolean | null | undefined;
  readonly ctpConfig?: unknown;
}

/** The lead API's test options as the operation takes them. */
export function readTestOptions(options: GivenOptions | null | undefined, { signal }: Context): TestOptions {
  refuseCtpConfig(options?.ctpConfig, 'connectionOptions.ctpConfig');
  return {
    siteId: options?.dcId ?? null,
    skipValidation: options?.skipValidation === true,
    skipPermissionTests: options?.skipPermissionTests === true,
    signal,
  };
}

export function addValidationOperations(builder: Builder, { result, testOptions, v1 }: ValidationTypes): void {
  const validation = builder
    .objectRef<
      Pick<Connector['validators'][number], 'name' | 'description' | 'mandatory' | 'periodic'> & { readonly isPrerequisite: boolean }
    >('Validation')
    .implement({
      fields: (t) => ({
        name: t.exposeString('name'),
        description: t.exposeString('description'),
        isPrerequisite: t.exposeBoolean('isPrerequisite'),
        periodicValidation: t.exposeBoolean('periodic'),
        mandatory: t.exposeBoolean('mandatory', { nullable: false, description: 'A commit needs it passed for exactly its candidate.' }),
      }),
    });
  const supported = builder.objectRef<{ readonly validators: Connector['validators'] }>('SupportedValidationsResponse').implement({
    fields: (t) => ({
      supportedValidations: t.field({
        type: [validation],
        nullable: { list: true, items: true },
        resolve: ({ validators }) =>
          validators.map((one) => ({ ...one, isPrerequisite: validators.some(({ after }) => after.includes(one.name)) })),
      }),
    }),
  });
  const updatedResult = builder
    .objectRef<ValidationResult>('TestUpdatedCredentialsV2Mutation')
    .implement({ fields: (t) => ({ validationResult: t.field({ type: result, resolve: (row) => row }) }) });

  builder.queryFields((t) => ({
    getSupportedValidationsV2: t.field({
      type: supported,
      args: {
        dcId: t.arg({ type: 'UUID' }),
        connectionType: t.arg.string({ required: true }),
        scope: t.arg.string(),
        selfHostedCredentialsType: t.arg.string(),
        includeInternal: t.arg.boolean({ defaultValue: false }),
      },
      resolve: async (_, { connectionType }, { services, actor }) => ({
        validators: await listValidators(services, actor, connectionType),
      }),
    }),
    testExistingConnectionV2: t.field({
      extensions: VALIDATES,
      type: result,
      args: { validationName: t.arg.string({ required: true }), connectionId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { validationName, connectionId }, { services, actor, signal }) =>
        (await testConnection(services, actor, { connectionId, validator: validationName, signal }))[0] ?? null,
    }),
    testExistingConnection: t.field({
      extensions: VALIDATES,
      type: v1.response,
      args: { connectionId: t.arg({ type: 'UUID' }) },
      resolve: async (_, { connectionId }, { services, actor, signal }) => {
        if (connectionId == null) throw badRequest('connectionId', 'connectionId is required.');
        return v1ResultOf(await testConnection(services, actor, { connectionId, signal }));
      },
    }),
  }));

  builder.mutationFields((t) => ({
    testUpdatedCredentialsV2: t.field({
      extensions: VALIDATES,
      type: updatedResult,
      args: {
        connectionOptions: t.arg({ type: testOptions }),
        connectionType: t.arg.string({ required: true }),
        tempCredentialsKey: t.arg.string({ required: true }),
        validationName: t.arg.string({ required: true }),
      },
      resolve: (_, args, context) =>
        validateChange(context.services, context.actor, {
          key: args.tempCredentialsKey,
          kind: args.connectionType,
          validator: args.validationName,
          ...readTestOptions(args.connectionOptions, context),
        }),
    }),
  }));
}
