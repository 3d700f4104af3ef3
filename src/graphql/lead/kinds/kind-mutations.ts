import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { stageUpdate } from '../../../operations/changes/stage-update.ts';
import type { Services } from '../../../operations/services.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import { readTestOptions } from '../../schema/validations/test-options.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import { operationsOf } from './kind-operations.ts';
import { type OtherOperation, SAVE, testOrStage } from './test-or-stage.ts';
import { addTestV1 } from './test-v1.ts';
import { createInputs } from './wire-inputs.ts';

/** The mutations that stage and test the details of each kind, derived from the connectors. */
export function addKindMutations(builder: Builder, services: Pick<Services, 'connectors'>, validations: ValidationTypes) {
  const { result, testOptions } = validations;
  const inputs = createInputs(builder);
  const staged = builder.objectRef<{ readonly key: string }>('UpdateCredentialsV2Result').implement({
    fields: (t) => ({
      success: t.boolean({ resolve: () => true }),
      key: t.exposeString('key', { description: 'The temporary key of the change, shown this once.' }),
    }),
  });
  const operations = operationsOf(services.connectors.all());
  for (const operation of operations) {
    const otherOperation: OtherOperation = (connector) => {
      if (operation.serves(connector)) return null;
      const right = operations.find((candidate) => candidate.serves(connector));
      return right === undefined ? 'stageChange' : `update${right.name}CredentialsV2`;
    };
    const changes = inputs.input(operation.update.name, operation.update.fields);
    const details = inputs.input(operation.create.name, operation.create.fields);
    const updated = builder
      .objectRef<{ readonly key: string }>(operation.update.payload)
      .implement({ fields: (t) => ({ result: t.field({ type: staged, resolve: (row) => row }) }) });
    const tested = builder
      .objectRef<{ readonly key: string | null; readonly outcome: ValidationResult }>(operation.test.payload)
      .implement({
        fields: (t) => ({
          key: t.exposeString('key', { description: `A temporary key, for validationName "${SAVE}" only.` }),
          validationResult: t.field({ type: result, resolve: (row) => row.outcome }),
        }),
      });
    builder.mutationField(`update${operation.name}CredentialsV2`, (t) =>
      t.field({
        type: updated,
        description: 'Stages a change: a field left out keeps its value, null clears it.',
        args: { changes: t.arg({ type: changes, required: true }), connectionId: t.arg({ type: 'UUID', required: true }) },
        resolve: (_, args, context) =>
          stageUpdate(context.services, context.actor, {
            connectionId: args.connectionId,
            changes: args.changes as Record<string, unknown>,
            otherOperation,
            sharedInput: true,
          }),
      }),
    );
    builder.mutationField(operation.test.field, (t) =>
      t.field({
        extensions: VALIDATES,
        type: tested,
        description: `Runs one validator on the given details; "${SAVE}" stages them instead and dials nothing.`,
        args: {
          connectionDetails: t.arg({ type: details, required: true }),
          connectionId: t.arg({ type: 'UUID', description: 'A connection whose details the given ones are laid over.' }),
          connectionOptions: t.arg({ type: testOptions }),
          validationName: t.arg.string({ required: true }),
        },
        resolve: (_, args, context) =>
          testOrStage({ kind: operation.kind, otherOperation }, context, {
            details: args.connectionDetails as Record<string, unknown>,
            connectionId: args.connectionId ?? null,
            validator: args.validationName,
            options: readTestOptions(args.connectionOptions, context),
          }),
      }),
    );
    if (operation.testV1 !== null) addTestV1(builder, validations, inputs, { ...operation, testV1: operation.testV1 });
  }
  return { staged };
}
