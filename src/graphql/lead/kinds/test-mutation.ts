import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import { readTestOptions } from '../../schema/validations/test-options.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import type { KindTest } from './kind-operations.ts';
import { type OtherOperation, SAVE, testOrStage } from './test-or-stage.ts';
import type { WireInputs } from './wire-inputs.ts';

interface TestOfKind extends KindTest {
  readonly kind: string;
  readonly otherOperation: OtherOperation;
}

/** The mutation that runs one validator on the details of a kind, or stages them. */
export function addTest(builder: Builder, { result, testOptions }: ValidationTypes, inputs: WireInputs, test: TestOfKind): void {
  const { kind, otherOperation, takesKey } = test;
  const tested = builder.objectRef<{ readonly key: string | null; readonly outcome: ValidationResult }>(test.payload).implement({
    fields: (t) => ({
      key: t.exposeString('key', { description: `A temporary key, for validationName "${SAVE}" only.` }),
      validationResult: t.field({ type: result, resolve: (row) => row.outcome }),
    }),
  });
  builder.mutationField(test.field, (t) =>
    t.field({
      extensions: VALIDATES,
      type: tested,
      description: `Runs one validator on the given details; "${SAVE}" stages them instead and dials nothing.`,
      args: {
        connectionDetails: t.arg({ type: inputs.input(test.input), required: !takesKey }),
        connectionId: t.arg({ type: 'UUID', description: 'A connection whose details the given ones are laid over.' }),
        connectionOptions: t.arg({ type: testOptions }),
        ...(takesKey ? { tempCredentialsKey: t.arg.string({ description: 'Of what is staged already, in the place of details.' }) } : {}),
        validationName: t.arg.string({ required: true }),
      },
      resolve: (_, args, context) =>
        testOrStage({ kind, otherOperation }, context, {
          details: (args.connectionDetails ?? null) as Record<string, unknown> | null,
          connectionId: args.connectionId ?? null,
          stagedKey: typeof args.tempCredentialsKey === 'string' ? args.tempCredentialsKey : null,
          validator: args.validationName,
          options: readTestOptions(args.connectionOptions, context),
        }),
    }),
  );
}
