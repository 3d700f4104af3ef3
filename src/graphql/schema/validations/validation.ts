import type { Connector } from '../../../domain/connector/connector.ts';
import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { listValidators } from '../../../operations/validations/list-validators.ts';
import { testConnection } from '../../../operations/validations/test-connection.ts';
import { validateChange } from '../../../operations/validations/validate-change.ts';
import { v1ResultOf } from '../../lead/kinds/v1-result.ts';
import { requireSelfHostedType } from '../../lead/self-hosted/given-reference.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { readTestOptions } from './test-options.ts';
import type { ValidationTypes } from './validation-types.ts';

/** The lead API's runs of validators on a saved connection and on a staged change, and which ones a kind has. */
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
        includeInternal: t.arg.boolean({ defaultValue: false, description: 'No validator is internal here, so that both give the same.' }),
      },
      resolve: async (_, { dcId, connectionType, scope, selfHostedCredentialsType }, { services, actor }) => {
        if (scope != null) throw badRequest('scope', 'scope is not supported; leave it out.');
        requireSelfHostedType(selfHostedCredentialsType);
        return { validators: await listValidators(services, actor, { kind: connectionType, siteId: dcId ?? null }) };
      },
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
