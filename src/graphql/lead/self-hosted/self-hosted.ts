import type { Connector } from '../../../domain/connector/connector.ts';
import type { ValidationResult } from '../../../domain/connector/validation.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import { testAndStageReference } from '../../../operations/changes/test-and-stage.ts';
import { stageReferenceCreation, stageReferenceUpdate } from '../../../operations/references/stage-reference.ts';
import { testReference } from '../../../operations/references/test-reference.ts';
import type { Services } from '../../../operations/services.ts';
import { VALIDATES } from '../../plugins/operation-priority.ts';
import type { Builder } from '../../schema/builder.ts';
import { readTestOptions } from '../../schema/validations/test-options.ts';
import type { ValidationTypes } from '../../schema/validations/validation-types.ts';
import type { addKindMutations } from '../kinds/kind-mutations.ts';
import { SAVE, stagedOnly } from '../kinds/test-or-stage.ts';
import { testedPayload } from '../kinds/test-v1.ts';
import { selfHostedByKey, selfHostedReference } from './given-reference.ts';
import { DECRYPTION, PATH_FIELDS, SELF_HOSTED_TYPES } from './self-hosted-types.ts';

type Staged = ReturnType<typeof addKindMutations>['staged'];

/** Connections whose credentials stay in an outside manager, as the lead API makes and changes them. */
export function addSelfHosted(
  builder: Builder,
  { result, testOptions, v1 }: ValidationTypes,
  staged: Staged,
  { connectors }: Pick<Services, 'connectors'>,
): void {
  const { details, changes } = createInputs(builder, connectors.all());
  const updated = builder
    .objectRef<{ readonly key: string }>('UpdateSelfHostedCredentialsV2Mutation')
    .implement({ fields: (t) => ({ result: t.field({ type: staged, resolve: (row) => row }) }) });
  const tested = builder
    .objectRef<{ readonly key: string | null; readonly outcome: ValidationResult }>('TestSelfHostedCredentialsV2')
    .implement({
      fields: (t) => ({
        key: t.exposeString('key', { description: `A temporary key, for validationName "${SAVE}" only.` }),
        validationResult: t.field({ type: result, resolve: (row) => row.outcome }),
      }),
    });
  const testedV1 = testedPayload(builder, v1, 'TestSelfHostedCredentials', true);
  builder.mutationFields((t) => ({
    testSelfHostedCredentials: t.field({
      extensions: VALIDATES,
      type: testedV1,
      description: 'Runs every validator with a secret of an outside manager, and stages the reference when all passed.',
      args: {
        connectionType: t.arg.string(),
        selfHostingMechanism: t.arg.string({
          description: 'A type of self-hosted credentials in any case, such as env_var; secretsmanager is that of AWS.',
        }),
        selfHostingKey: t.arg.string({ description: 'The name of the secret, as its manager has it.' }),
        assumableRole: t.arg.string(),
        externalId: t.arg.string(),
        region: t.arg.string(),
        connectionOptions: t.arg({ type: testOptions }),
      },
      resolve: (_, given, context) => {
        const kind = given.connectionType;
        if (kind == null) throw badRequest('connectionType', 'connectionType is required.');
        return testAndStageReference(context.services, context.actor, {
          kind,
          reference: selfHostedByKey(given),
          ...readTestOptions(given.connectionOptions, context),
        });
      },
    }),
    testSelfHostedCredentialsV2: t.field({
      extensions: VALIDATES,
      type: tested,
      description: `Runs one validator with a secret of an outside manager; "${SAVE}" stages the reference instead, and reads nothing.`,
      args: {
        connectionDetails: t.arg({ type: details, required: true }),
        connectionOptions: t.arg({ type: testOptions }),
        validationName: t.arg.string({ required: true }),
      },
      resolve: async (_, { connectionDetails, connectionOptions, validationName }, context) => {
        const { services, actor } = context;
        const options = readTestOptions(connectionOptions, context);
        const input = { kind: connectionDetails.connectionType, reference: selfHostedReference(connectionDetails) };
        if (validationName !== SAVE)
          return { key: null, outcome: await testReference(services, actor, { ...input, ...options, validator: validationName }) };
        const { key, change } = await stageReferenceCreation(services, actor, { ...input, siteId: options.siteId ?? null });
        return { key, outcome: stagedOnly(change.createdAt) };
      },
    }),
    updateSelfHostedCredentialsV2: t.field({
      type: updated,
      description:
        'Stages another reference: what is left out stays as it is, unless the reference is replaced. A connection whose credentials are stored here becomes self-hosted by it.',
      args: {
        changes: t.arg({ type: changes, required: true }),
        connectionId: t.arg({ type: 'UUID', required: true }),
        replace: t.arg.boolean({ defaultValue: false }),
      },
      resolve: (_, { changes: given, connectionId, replace }, { services, actor }) =>
        stageReferenceUpdate(services, actor, { connectionId, reference: selfHostedReference(given), replace: replace === true }),
    }),
  }));
}

/** Settings beside a reference, of kinds of the lead API that are not here. */
const OF_OTHER_KINDS = ['bqProjectId'];

function createInputs(builder: Builder, connectors: readonly Connector[]) {
  const besideReference = [...new Set([...OF_OTHER_KINDS, ...connectors.flatMap(({ lead }) => lead.besideReference ?? [])])];
  const type = builder.enumType('SelfHostedCredentialsTypeEnum', { values: SELF_HOSTED_TYPES });
  const updateType = builder.enumType('SelfHostedUpdateCredentialsTypeEnum', { values: SELF_HOSTED_TYPES });
  const decryption = builder.enumType('DecryptionServiceTypeEnum', { values: ['KMS'] });
  const updateDecryption = builder.enumType('DecryptionServiceUpdateTypeEnum', { values: ['KMS'] });
  const details = builder.inputType('SelfHostedCredentialsConnectionDetails', {
    fields: (t) => ({
      connectionType: t.string({ required: true }),
      selfHostedCredentialsType: t.field({ type, required: true }),
      ...Object.fromEntries(Object.entries(PATH_FIELDS).map(([name, description]) => [name, t.string({ description })])),
      decryptionServiceType: t.field({ type: decryption, description: DECRYPTION }),
      ...Object.fromEntries(besideReference.map((name) => [name, t.string()])),
    }),
  });
  const changes = builder.inputType('SelfHostedUpdateCredentialsConnectionDetails', {
    fields: (t) => ({
      selfHostedCredentialsType: t.field({ type: updateType }),
      ...Object.fromEntries([...Object.keys(PATH_FIELDS), ...besideReference].map((name) => [name, t.string()])),
      decryptionServiceType: t.field({ type: updateDecryption }),
    }),
  });
  return { details, changes };
}
