import { SECRET_PROVIDERS } from '../../../domain/connection/secret-reference.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { type StagedChange, type StageUpdate, stageCreation, stageUpdate } from '../../../operations/changes/stage-change.ts';
import { stageReferenceCreation, stageReferenceUpdate } from '../../../operations/references/stage-reference.ts';
import type { Services } from '../../../operations/services.ts';
import { type TestOptions, testDetails, testUpdate } from '../../../operations/validations/run-validation.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import { type Builder, readObject } from '../../schema/builder.ts';
import type { Context } from '../../schema/context.ts';
import { readTestOptions, type ValidationTypes } from '../../schema/validations/validation.ts';
import { givenReference } from '../given-reference.ts';
import { LEAD_KINDS, type LeadTestV1 } from '../lead-kinds.ts';
import { addTestV1 } from './test-v1.ts';
import { createInputs } from './wire-inputs.ts';
import { FAMILY_INPUTS, pascal, type WireShape, wireShapeOf } from './wire-shape.ts';

/** The name that stages without dialling out, in place of a validator's. */
export const SAVE = 'save_credentials';

interface KindOperation {
  /** `update<name>CredentialsV2`. */
  readonly name: string;
  /** The kind, or the family's, whose details the inputs hold. */
  readonly kind: string;
  readonly create: { readonly name: string; readonly fields: WireShape };
  readonly update: { readonly name: string; readonly fields: WireShape; readonly payload: string };
  /** The test mutation and its payload, as the lead API names them. */
  readonly test: { readonly field: string; readonly payload: string };
  readonly testV1: LeadTestV1 | null;
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
        create: inputs.create,
        update: { ...inputs.update, payload: `Update${family.name}CredentialsV2Mutation` },
        testV1: null,
        test: { field: `test${family.name}Credentials`, payload: `Test${family.name}CredentialsV2` },
        serves: (connector) => connector.family === family,
      };
    }),
    ...connectors
      .filter(({ family }) => family === null)
      .map((connector): KindOperation => {
        const name = pascal(connector.kind);
        const lead = LEAD_KINDS[connector.kind] ?? {};
        const update = wireShapeOf(connector, true);
        return {
          name,
          kind: connector.kind,
          create: {
            name: lead.createInput ?? `${name}ConnectionDetails`,
            fields: lead.allOptional === true ? optional(wireShapeOf(connector, false)) : wireShapeOf(connector, false),
          },
          update: {
            name: lead.updateInput ?? `${name}UpdateConnectionDetails`,
            fields: update,
            payload: lead.updatePayload ?? `Update${name}CredentialsV2Mutation`,
          },
          testV1: lead.testV1 ?? null,
          test: { field: `test${name}CredentialsV2`, payload: `Test${name}CredentialsV2` },
          serves: (candidate) => candidate.kind === connector.kind,
        };
      }),
  ];
}

function optional(shape: WireShape): WireShape {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, { ...field, required: false }]));
}

/** The mutations that stage and test the details of each kind, derived from the connectors. */
export function addKindOperations(builder: Builder, services: Pick<Services, 'connectors'>, validations: ValidationTypes) {
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

/** The name of the operation that a connector's connections are updated with, or null when it is this one. */
type OtherOperation = NonNullable<StageUpdate['otherOperation']>;

interface TestRequest {
  readonly details: Readonly<Record<string, unknown>>;
  /** The connection that the details are laid over, or null for one to be created. */
  readonly connectionId: string | null;
  readonly validator: string;
  readonly options: TestOptions;
}

async function testOrStage(
  { kind, otherOperation }: { readonly kind: string; readonly otherOperation: OtherOperation },
  { services, actor }: Context,
  { details, connectionId, validator, options }: TestRequest,
): Promise<{ readonly key: string | null; readonly outcome: ValidationResult }> {
  if (connectionId === null) {
    const creation = { kind, details };
    if (validator !== SAVE) return { key: null, outcome: await testDetails(services, actor, { ...creation, ...options, validator }) };
    const { key, change } = await stageCreation(services, actor, creation);
    return { key, outcome: stagedOnly(change.createdAt) };
  }
  const update = { connectionId, changes: details, otherOperation, sharedInput: true, path: 'connectionDetails' };
  if (validator !== SAVE) return { key: null, outcome: await testUpdate(services, actor, { ...update, ...options, validator }) };
  const { key, change } = await stageUpdate(services, actor, update);
  return { key, outcome: stagedOnly(change.createdAt) };
}

export function stagedOnly(at: number): ValidationResult {
  return {
    validator: SAVE,
    description: 'Stages the credentials.',
    status: 'passed',
    errors: [],
    warnings: [],
    data: null,
    startedAt: at,
    finishedAt: at,
  };
}

/** Staging whatever the kind, for clients that learn a kind's fields from the catalogue. */
export function addGenericStaging(builder: Builder) {
  const provider = builder.enumType('SecretProvider', { values: SECRET_PROVIDERS, description: 'An outside manager of secrets.' });
  const reference = builder.inputType('SecretReferenceInput', {
    description: 'Credentials that stay in an outside manager. What is left out of a change stays as it is.',
    fields: (t) => ({
      provider: t.field({ type: provider }),
      path: t.string({ description: 'The name of the variable, or the path of the file.' }),
      key: t.string({
        description: "The member of the secret's JSON object that holds the credentials; the whole secret does unless given.",
      }),
    }),
  });
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
      description:
        'Stages a connection to be created with addConnection. `details` is a JSON object by the field names of the catalogue; with a reference, of settings beside it.',
      args: {
        connectionType: t.arg.string({ required: true }),
        details: t.arg({ type: 'JSONString', required: true }),
        reference: t.arg({ type: reference }),
      },
      resolve: (_, { connectionType: kind, details, reference: given }, { services, actor }) => {
        const read = readObject(details, 'details');
        if (given == null) return stageCreation(services, actor, { kind, details: read, path: 'details' });
        return stageReferenceCreation(services, actor, { kind, reference: givenReference(given, read) });
      },
    }),
    stageChange: t.field({
      type: staged,
      description:
        'Stages a change of a connection of any kind. `changes` is a JSON object; a field left out keeps its value, null clears it. With a reference they are of settings beside it.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        changes: t.arg({ type: 'JSONString', required: true }),
        reference: t.arg({ type: reference }),
      },
      resolve: (_, { connectionId, changes, reference: given }, { services, actor }) => {
        const read = readObject(changes, 'changes');
        if (given == null) return stageUpdate(services, actor, { connectionId, changes: read });
        return stageReferenceUpdate(services, actor, { connectionId, reference: givenReference(given, read), replace: false });
      },
    }),
  }));
  return { provider };
}
