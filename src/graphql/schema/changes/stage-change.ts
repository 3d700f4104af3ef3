import { SECRET_PROVIDERS } from '../../../domain/connection/reference/secret-reference.ts';
import type { StagedChange } from '../../../operations/changes/insert-change.ts';
import { stageCreation } from '../../../operations/changes/stage-creation.ts';
import { stageUpdate } from '../../../operations/changes/stage-update.ts';
import { stageReferenceCreation, stageReferenceUpdate } from '../../../operations/references/stage-reference.ts';
import { givenReference } from '../../lead/self-hosted/given-reference.ts';
import { type Builder, readObject } from '../builder.ts';

/** Staging whatever the kind, for clients that learn a kind's fields from the catalogue. */
export function addStaging(builder: Builder) {
  const provider = builder.enumType('SecretProvider', { values: SECRET_PROVIDERS, description: 'An outside manager of secrets.' });
  const reference = builder.inputType('SecretReferenceInput', {
    description: 'Credentials that stay in an outside manager. What is left out of a change stays as it is.',
    fields: (t) => ({
      provider: t.field({ type: provider }),
      path: t.string({ description: 'The name of the variable, the path of the file, or how its manager names the secret.' }),
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
