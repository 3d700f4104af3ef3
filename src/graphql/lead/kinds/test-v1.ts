import type { LeadTestV1, WireShape } from '../../../domain/connector/lead.ts';
import { isWell } from '../../../domain/connector/validation.ts';
import type { TestedStaging } from '../../../operations/changes/test-and-stage.ts';
import { testAndStage } from '../../../operations/changes/test-and-stage.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import { readTestOptions } from '../../schema/validations/test-options.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import { v1ResultOf } from './v1-result.ts';
import type { WireInputs } from './wire-inputs.ts';
import { pascal } from './wire-shape.ts';

interface TestedKind {
  readonly kind: string;
  readonly create: { readonly name: string; readonly fields: WireShape };
  readonly testV1: LeadTestV1;
}

/** The lead API's older test mutation of a kind: every validator runs, and the temporary key comes with the answer when all passed. */
export function addTestV1(
  builder: Builder,
  { v1, testOptions }: ValidationTypes,
  inputs: WireInputs,
  { kind, create, testV1 }: TestedKind,
): void {
  const { field, argument = null, explains } = testV1;
  const tested = testedPayload(builder, v1, pascal(field), explains);
  builder.mutationField(field, (t) =>
    t.field({
      extensions: VALIDATES,
      type: tested,
      description: 'Runs every validator on the given details and stages them when all passed.',
      args: {
        connectionOptions: t.arg({ type: testOptions }),
        ...(argument === null
          ? inputs.args(t.arg, create.fields)
          : { [argument]: t.arg({ type: inputs.input(create.name, create.fields), required: true }) }),
      },
      resolve: (_, { connectionOptions, ...given }: Record<string, unknown>, context) =>
        testAndStage(context.services, context.actor, {
          kind,
          details: (argument === null ? given : given[argument]) as Record<string, unknown>,
          ...(argument === null ? {} : { path: argument }),
          ...readTestOptions(connectionOptions as Parameters<typeof readTestOptions>[0], context),
        }),
    }),
  );
}

/** What the older test mutations answer: a temporary key, and for most of them what failed. */
export function testedPayload(builder: Builder, v1: ValidationTypes['v1'], name: string, explains: boolean) {
  return builder.objectRef<TestedStaging>(name).implement({
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The temporary key, or null when a validation failed.' }),
      success: t.boolean({ resolve: ({ results }) => results.every(isWell) }),
      ...(explains
        ? {
            validations: t.field({
              type: [v1.row],
              nullable: { list: true, items: true },
              resolve: ({ results }) => [...v1ResultOf(results).validations],
            }),
            warnings: t.field({
              type: [v1.row],
              nullable: { list: true, items: true },
              resolve: ({ results }) => [...v1ResultOf(results).warnings],
            }),
          }
        : {}),
    }),
  });
}
