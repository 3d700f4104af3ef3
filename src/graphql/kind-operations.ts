import type { Connector } from '../domain/connector.ts';
import type { ValidationResult } from '../domain/validation.ts';
import { testDetails } from '../operations/run-validation.ts';
import type { Services } from '../operations/services.ts';
import { type StagedChange, stageCreation, stageUpdate } from '../operations/stage-change.ts';
import { type Builder, readObject } from './builder.ts';
import { readTestOptions, type ValidationTypes } from './validation.ts';
import { type AnyShape, FAMILY_ENUMS, FAMILY_INPUTS, pascal, wireShapeOf } from './wire-shape.ts';

/** The name that stages without dialling out, in place of a validator's. */
const SAVE = 'save_credentials';

interface KindOperation {
  /** `update<name>CredentialsV2`. */
  readonly name: string;
  /** The kind, or the family's, whose details the inputs hold. */
  readonly kind: string;
  readonly create: { readonly name: string; readonly fields: AnyShape };
  readonly update: { readonly name: string; readonly fields: AnyShape };
  /** The test mutation and its payload, as the lead API names them. */
  readonly test: { readonly field: string; readonly payload: string };
  serves(connector: Connector): boolean;
}

/** One pair of mutations for each family, and one for each kind of its own. */
function operationsOf(connectors: readonly Connector[]): readonly KindOperation[] {
  const families = [...new Set(connectors.map(({ family }) => family).filter((family) => family !== null))];
  return [
    ...families.map((family): KindOperation => {
      const inputs = FAMILY_INPUTS[family.name];
      if (inputs === undefined) throw new TypeError(`The family "${family.name}" has no inputs.`);
      return {
        name: family.name,
        kind: family.kind,
        ...inputs,
        test: { field: `test${family.name}Credentials`, payload: `Test${family.name}CredentialsV2` },
        serves: (connector) => connector.family === family,
      };
    }),
    ...connectors
      .filter(({ family }) => family === null)
      .map((connector): KindOperation => {
        const name = pascal(connector.kind);
        return {
          name,
          kind: connector.kind,
          create: { name: `${name}ConnectionDetails`, fields: wireShapeOf(connector, false) },
          update: { name: `${name}UpdateConnectionDetails`, fields: wireShapeOf(connector, true) },
          test: { field: `test${name}CredentialsV2`, payload: `Test${name}CredentialsV2` },
          serves: (candidate) => candidate.kind === connector.kind,
        };
      }),
  ];
}

/** The mutations that stage and test the details of each kind, derived from the connectors. */
export function addKindOperations(
  builder: Builder,
  services: Pick<Services, 'connectors'>,
  { result, testOptions }: ValidationTypes,
): void {
  const inputs = createInputs(builder);
  const staged = builder.objectRef<{ readonly key: string }>('UpdateCredentialsV2Result').implement({
    fields: (t) => ({
      success: t.boolean({ resolve: () => true }),
      key: t.exposeString('key', { description: 'The temporary key of the change, shown this once.' }),
    }),
  });
  for (const operation of operationsOf(services.connectors.all())) {
    const changes = inputs(operation.update.name, operation.update.fields);
    const details = inputs(operation.create.name, operation.create.fields);
    const updated = builder
      .objectRef<{ readonly key: string }>(`Update${operation.name}CredentialsV2Mutation`)
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
            expectKind: operation.serves,
          }),
      }),
    );
    builder.mutationField(operation.test.field, (t) =>
      t.field({
        type: tested,
        description: `Runs one validator on the given details; "${SAVE}" stages them instead and dials nothing.`,
        args: {
          connectionDetails: t.arg({ type: details, required: true }),
          connectionOptions: t.arg({ type: testOptions }),
          validationName: t.arg.string({ required: true }),
        },
        resolve: async (_, args, context) => {
          const given = { kind: operation.kind, details: args.connectionDetails as Record<string, unknown> };
          if (args.validationName !== SAVE) {
            return {
              key: null,
              outcome: await testDetails(context.services, context.actor, {
                ...given,
                validator: args.validationName,
                ...readTestOptions(args.connectionOptions, context),
              }),
            };
          }
          const { key, change } = await stageCreation(context.services, context.actor, given);
          return {
            key,
            outcome: {
              validator: SAVE,
              description: 'Stages the credentials.',
              status: 'passed' as const,
              errors: [],
              warnings: [],
              data: null,
              startedAt: change.createdAt,
              finishedAt: change.createdAt,
            },
          };
        },
      }),
    );
  }
}

/** Staging whatever the kind, for clients that learn a kind's fields from the catalogue. */
export function addGenericStaging(builder: Builder): void {
  const staged = builder.objectRef<StagedChange>('StagedChange').implement({
    fields: (t) => ({
      key: t.exposeString('key', { nullable: false, description: 'The temporary key, shown this once.' }),
      connectionId: t.field({ type: 'UUID', nullable: false, resolve: ({ change }) => change.connectionId }),
      changedFields: t.stringList({ nullable: false, resolve: ({ change }) => [...change.changedFields] }),
      expiresAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ change }) => change.expiresAt }),
    }),
  });
  builder.mutationFields((t) => ({
    stageConnection: t.field({
      type: staged,
      description: 'Stages a connection to be created with addConnection. `details` is a JSON object by the field names of the catalogue.',
      args: { connectionType: t.arg.string({ required: true }), details: t.arg({ type: 'JSONString', required: true }) },
      resolve: (_, { connectionType, details }, { services, actor }) =>
        stageCreation(services, actor, { kind: connectionType, details: readObject(details, 'details'), path: 'details' }),
    }),
    stageChange: t.field({
      type: staged,
      description:
        'Stages a change of a connection of any kind. `changes` is a JSON object; a field left out keeps its value, null clears it.',
      args: { connectionId: t.arg({ type: 'UUID', required: true }), changes: t.arg({ type: 'JSONString', required: true }) },
      resolve: (_, { connectionId, changes }, { services, actor }) =>
        stageUpdate(services, actor, { connectionId, changes: readObject(changes, 'changes') }),
    }),
  }));
}

type InputRef = ReturnType<Builder['inputType']>;

/** Makes each input and enum once by name, however many inputs hold it. */
function createInputs(builder: Builder): (name: string, fields: AnyShape) => InputRef {
  const made = new Map<string, InputRef>();
  const enums = new Map<string, ReturnType<Builder['enumType']>>();
  const enumOf = (name: string) => {
    const known = enums.get(name) ?? builder.enumType(name, { values: [...(FAMILY_ENUMS[name] ?? [])] });
    enums.set(name, known);
    return known;
  };
  const input = (name: string, fields: AnyShape): InputRef => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const ref = builder.inputType(name, {
      fields: (t) =>
        Object.fromEntries(
          Object.entries(fields).map(([key, { type, required = false, description }]) => {
            const options = { required, ...(description === undefined ? {} : { description }) };
            if (type === '[String]') return [key, t.stringList({ ...options, required: { list: required, items: false } })];
            if (type === '[String!]') return [key, t.stringList(options)];
            if (typeof type === 'string') return [key, t.field({ type, ...options })];
            if ('enum' in type) return [key, t.field({ type: enumOf(type.enum), ...options })];
            return [key, t.field({ type: input(type.input, type.fields), ...options })];
          }),
        ),
    });
    // Pothos types an input by its literal shape; ours is made at run time, and parsed by the connector's own fields.
    made.set(name, ref as unknown as InputRef);
    return ref as unknown as InputRef;
  };
  return input;
}
