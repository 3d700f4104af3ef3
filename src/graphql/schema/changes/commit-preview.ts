import type { PermissionLoss } from '../../../domain/change/proof/parity.ts';
import { MOST_LIVE_LEASES } from '../../../domain/lease/lease.ts';
import { type CommitPreview, previewCommit } from '../../../operations/commits/preview-commit.ts';
import type { Builder } from '../builder.ts';
import type { ErrorCodeEnum } from '../error-code.ts';
import type { LeaseTypes } from '../leases/lease.ts';
import type { ChangeTypes } from './change.ts';

interface Shown extends Pick<ChangeTypes, 'change'>, LeaseTypes {
  readonly errorCode: ErrorCodeEnum;
}

/** What a commit would do, without doing it. */
export function addCommitPreview(builder: Builder, { change, lease, errorCode }: Shown): void {
  const loss = builder.objectRef<PermissionLoss>('PermissionLoss').implement({
    description: 'Something that the login in use may do and the new one may not.',
    fields: (t) => ({
      permission: t.exposeString('permission', { nullable: false }),
      mend: t.exposeString('mend', { nullable: false, description: 'The statement that gives it, where one does.' }),
    }),
  });
  const preview = builder.objectRef<CommitPreview>('CommitPreview').implement({
    description: 'What a commit would do now. Nothing was changed or dialled.',
    fields: (t) => ({
      change: t.field({ type: change, nullable: false, resolve: (row) => row.change }),
      currentVersion: t.exposeInt('currentVersion', { nullable: false }),
      nextVersion: t.exposeInt('nextVersion', { nullable: false }),
      changedFields: t.stringList({ nullable: false, resolve: (row) => [...row.changedFields] }),
      liveLeases: t.field({
        type: [lease],
        nullable: false,
        description: `The oldest ${MOST_LIVE_LEASES}.`,
        resolve: (row) => [...row.liveLeases],
      }),
      hasMoreLeases: t.exposeBoolean('hasMoreLeases', {
        nullable: false,
        description: 'Not all live leases are listed here: `leases(connectionId: …, live: true)` has them page by page.',
      }),
      missingValidators: t.stringList({
        nullable: false,
        description: 'Validators of the proof that a commit would run first.',
        resolve: (row) => [...row.missingValidators],
      }),
      losses: t.field({
        type: [loss],
        nullable: { list: true, items: false },
        description:
          'What the latest comparison with the version in use found that the new login may not do. Null where none was made within 15 minutes: run validate_permission_parity.',
        resolve: (row) => (row.losses === null ? null : [...row.losses]),
      }),
      obstacles: t.field({
        type: [errorCode],
        nullable: false,
        description: 'Codes that a commit would be refused with as things stand.',
        resolve: (row) => [...row.obstacles],
      }),
    }),
  });
  builder.queryFields((t) => ({
    commitPreview: t.field({
      type: preview,
      description: 'A dry run of updateCredentialsV2.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        tempCredentialsKey: t.arg.string({ required: true }),
        acceptPermissionLosses: t.arg.boolean(),
      },
      resolve: (_, { connectionId, tempCredentialsKey, acceptPermissionLosses }, { services, actor }) =>
        previewCommit(services, actor, { connectionId, key: tempCredentialsKey, acceptsLosses: acceptPermissionLosses === true }),
    }),
  }));
}
