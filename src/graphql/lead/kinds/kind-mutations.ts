import { stageUpdate } from '../../../operations/changes/stage-update.ts';
import type { Services } from '../../../operations/services.ts';
import type { Builder } from '../../schema/builder.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import { operationsOf } from './kind-operations.ts';
import { addTest } from './test-mutation.ts';
import type { OtherOperation } from './test-or-stage.ts';
import { addTestV1 } from './test-v1.ts';
import type { WireInputs } from './wire-inputs.ts';

/** The mutations that stage and test the details of each kind, derived from the connectors. */
export function addKindMutations(
  builder: Builder,
  { connectors }: Pick<Services, 'connectors'>,
  validations: ValidationTypes,
  inputs: WireInputs,
) {
  const staged = builder.objectRef<{ readonly key: string }>('UpdateCredentialsV2Result').implement({
    fields: (t) => ({
      success: t.boolean({ resolve: () => true }),
      key: t.exposeString('key', { description: 'The temporary key of the change, shown this once.' }),
    }),
  });
  const operations = operationsOf(connectors.all());
  for (const { kind, update, tests, testsV1, serves } of operations) {
    const otherOperation: OtherOperation = (connector) => {
      if (serves(connector)) return null;
      return operations.find((candidate) => candidate.serves(connector))?.update.field ?? 'stageChange';
    };
    const updated = builder
      .objectRef<{ readonly key: string }>(update.payload)
      .implement({ fields: (t) => ({ result: t.field({ type: staged, resolve: (row) => row }) }) });
    builder.mutationField(update.field, (t) =>
      t.field({
        type: updated,
        description: 'Stages a change: a field left out keeps its value, null clears it.',
        args: {
          changes: t.arg({ type: inputs.input(update.input), required: true }),
          connectionId: t.arg({ type: 'UUID', required: true }),
        },
        resolve: (_, args, context) =>
          stageUpdate(context.services, context.actor, {
            connectionId: args.connectionId,
            changes: args.changes as Record<string, unknown>,
            otherOperation,
            sharedInput: true,
          }),
      }),
    );
    for (const test of tests) addTest(builder, validations, inputs, { ...test, kind, otherOperation });
    for (const test of testsV1) addTestV1(builder, validations, inputs, test);
  }
  return { staged };
}
