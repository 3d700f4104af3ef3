import type { WireShape } from '../../../domain/connector/lead.ts';
import { isSuccess } from '../../../domain/connector/validation.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import type { StageCreation } from '../../../operations/changes/stage-creation.ts';
import type { TestedStaging } from '../../../operations/changes/test-and-stage.ts';
import { testAndStage } from '../../../operations/changes/test-and-stage.ts';
import { servesKind } from '../../../operations/connections/find-connector.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import type { Context } from '../../schema/context.ts';
import { readTestOptions } from '../../schema/validations/test-options.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import type { KindTestV1 } from './kind-operations.ts';
import { readOlder } from './older-details.ts';
import { v1ResultOf } from './v1-result.ts';
import type { WireInputs } from './wire-inputs.ts';

/** The lead API's older test mutation of a kind: every validator runs, and the temporary key comes with the answer when all passed. */
export function addTestV1(builder: Builder, { v1, testOptions }: ValidationTypes, inputs: WireInputs, test: KindTestV1): void {
  const { field, payload, argument, explains, connectionType, refuses = [] } = test;
  const tested = testedPayload(builder, v1, payload, explains);
  const refused: WireShape = Object.fromEntries(refuses.map((name) => [name, { type: 'String' }]));
  builder.mutationField(field, (t) =>
    t.field({
      extensions: VALIDATES,
      type: tested,
      description: 'Runs every validator on the given details and stages them when all passed.',
      args: {
        connectionOptions: t.arg({ type: testOptions }),
        ...(connectionType === undefined ? {} : { connectionType: t.arg.string({ defaultValue: connectionType }) }),
        ...(argument === null
          ? inputs.args(t.arg, { ...test.fields, ...refused })
          : { [argument.name]: t.arg({ type: inputs.input(argument.input), required: true }) }),
      },
      resolve: (_, { connectionOptions, ...given }: Record<string, unknown>, context) =>
        testAndStage(context.services, context.actor, {
          ...readArguments(test, given, context),
          ...readTestOptions(connectionOptions as Parameters<typeof readTestOptions>[0], context),
        }),
    }),
  );
}

function readArguments(
  { connector, argument, refuses = [] }: KindTestV1,
  { connectionType, ...given }: Record<string, unknown>,
  { services }: Context,
): StageCreation {
  const { kind } = connector;
  if (typeof connectionType === 'string' && !servesKind(services, connector, connectionType))
    throw badRequest('connectionType', `This tests connections of kind "${kind}".`, { kind });
  if (argument !== null) return { kind, details: given[argument.name] as Record<string, unknown>, path: argument.name };
  const foreign = refuses.find((name) => given[name] != null);
  if (foreign !== undefined) throw badRequest(foreign, `${foreign} has no meaning here; leave it out.`);
  const details = Object.fromEntries(Object.entries(given).filter(([name]) => !refuses.includes(name)));
  return { kind, details: readOlder(connector, details) };
}

/** What the older test mutations answer: a temporary key, and for most of them what failed. */
export function testedPayload(builder: Builder, v1: ValidationTypes['v1'], name: string, explains: boolean) {
  return builder.objectRef<TestedStaging>(name).implement({
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The temporary key, or null when a validation failed.' }),
      success: t.boolean({ resolve: ({ results }) => results.every(isSuccess) }),
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
