import { DomainError } from '../../domain/errors/errors.ts';
import { commitChange } from '../../operations/commits/commit-change.ts';
import type { CommitOutcome } from '../../operations/commits/commit-locked.ts';
import { updateConnection, updateReference } from '../../operations/commits/update-connection.ts';
import { COMMITS } from '../plugins/operation-priority.ts';
import { type Builder, readObject } from '../schema/builder.ts';
import { lossesArg } from '../schema/changes/in-flight-args.ts';
import { refuseCtpConfig } from './ctp-config.ts';
import { selfHostedChanges } from './self-hosted/given-reference.ts';

/** The lead API's commit of what was staged, and its older mutation that stages, validates and commits in one call. */
export function addUpdateCredentials(builder: Builder): void {
  const updated = (name: string) =>
    builder.objectRef<CommitOutcome>(name).implement({
      fields: (t) => ({
        success: t.boolean({ resolve: () => true }),
        updatedAt: t.field({ type: 'DateTime', resolve: (row) => row.committedAt }),
        version: t.exposeInt('version', { description: 'The version that is CURRENT now.' }),
      }),
    });
  const updateCredentialsV2 = updated('UpdateCredentialsV2Mutation');
  const updateCredentials = updated('UpdateCredentials');

  builder.mutationFields((t) => ({
    updateCredentialsV2: t.field({
      extensions: COMMITS,
      type: updateCredentialsV2,
      description:
        'Commits a staged change: proof that is missing is obtained first, and the old version stays valid for the jobs that hold it.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        tempCredentialsKey: t.arg.string({ required: true }),
        ...lossesArg(t),
      },
      resolve: (_, { connectionId, tempCredentialsKey, acceptPermissionLosses }, { services, actor }) =>
        commitChange(services, actor, { connectionId, key: tempCredentialsKey, acceptsLosses: acceptPermissionLosses === true }),
    }),
    updateCredentials: t.field({
      extensions: COMMITS,
      type: updateCredentials,
      description:
        'Stage, validate and commit in one call. `changes` is a JSON object with snake_case keys; env_var_name, file_path and the like name another secret reference.',
      args: {
        changes: t.arg({ type: 'JSONString', required: true }),
        connectionId: t.arg({ type: 'UUID', required: true }),
        ctpConfig: t.arg({ type: 'JSONString' }),
        shouldReplace: t.arg.boolean({ defaultValue: false }),
        shouldValidate: t.arg.boolean({ defaultValue: true }),
        ...lossesArg(t),
      },
      resolve: (_, { changes, connectionId, shouldReplace, shouldValidate, ctpConfig, acceptPermissionLosses }, { services, actor }) => {
        refuseCtpConfig(ctpConfig);
        const read = readObject(changes, 'changes');
        const options = {
          connectionId,
          replace: shouldReplace === true,
          skipProof: shouldValidate === false,
          acceptsLosses: acceptPermissionLosses === true,
        };
        const reference = selfHostedChanges(read);
        if (reference !== null) return updateReference(services, actor, { ...options, reference });
        return asLeadRefusal(updateConnection(services, actor, { ...options, changes: read }));
      },
    }),
  }));
}

/** The lead API answers BAD_REQUEST for a key that the kind does not have, as for every other that it can't read. */
async function asLeadRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'UNKNOWN_OPTION') throw error;
    throw new DomainError('BAD_REQUEST', error.message, error.details);
  }
}
