import type { Change } from '../../../domain/change/change.ts';
import type { PermissionLoss } from '../../../domain/change/parity.ts';
import { DomainError, ERROR_CODES, type ErrorCode, RETRYABLE_CODES } from '../../../domain/errors/errors.ts';
import { MOST_LIVE_LEASES } from '../../../domain/lease/lease.ts';
import { commitChange, commitOrWait, type WaitingCommit } from '../../../operations/changes/commit-change.ts';
import type { CommitOutcome } from '../../../operations/changes/commit-locked.ts';
import { discardChange } from '../../../operations/changes/discard-change.ts';
import { listChanges, readChange } from '../../../operations/changes/list-changes.ts';
import { type CommitPreview, previewCommit } from '../../../operations/changes/preview-commit.ts';
import { type RolledBack, rollBack, updateConnection, updateReference } from '../../../operations/changes/update-connection.ts';
import { readConnection } from '../../../operations/connections/read-connection.ts';
import { refuseCtpConfig } from '../../lead/ctp-config.ts';
import { selfHostedChanges } from '../../lead/given-reference.ts';
import { COMMITS, LISTS } from '../../plugins/operation-priority.ts';
import { type Builder, readObject } from '../builder.ts';
import type { ConnectionTypes } from '../connections/connection.ts';
import type { LeaseTypes } from '../leases/lease.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';

/** The change protocol: commit, one-shot update and roll-back, and what may be known of changes on the way. */
export function addChanges(builder: Builder, { connection }: ConnectionTypes, { lease }: LeaseTypes, pages: PageTypes): void {
  const errorCode = builder.enumType('ErrorCode', {
    values: Object.fromEntries(Object.entries(ERROR_CODES).map(([code, { meaning }]) => [code, { description: meaning }])) as Record<
      ErrorCode,
      { description: string }
    >,
  });
  const changeState = builder.enumType('ChangeState', { values: ['OPEN', 'PENDING', 'COMMITTED', 'DISCARDED'] as const });
  const changePurpose = builder.enumType('ChangePurpose', {
    values: { CREATE: { value: 'create' }, UPDATE: { value: 'update' }, ROLL_BACK: { value: 'roll-back' } } as const,
  });
  const change = builder.objectRef<Change>('Change').implement({
    description: 'A staged new set of details. Its temporary key is shown once, where it is staged.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      connectionId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.connectionId }),
      purpose: t.field({ type: changePurpose, nullable: false, resolve: (row) => row.purpose }),
      state: t.field({ type: changeState, nullable: false, resolve: (row) => row.state }),
      kind: t.exposeString('kind', { nullable: false }),
      baseVersion: t.exposeInt('baseVersion'),
      changedFields: t.stringList({ nullable: false, description: 'Names, never values.', resolve: (row) => [...row.changedFields] }),
      reference: t.field({
        type: 'GenericScalar',
        description: 'Provider, path and key of credentials that stay in an outside manager; null where they are sealed here.',
        resolve: (row) => row.reference,
      }),
      restoredFrom: t.exposeInt('restoredFrom'),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
      expiresAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.expiresAt }),
      committedAt: t.field({ type: 'DateTime', resolve: (row) => row.committedAt }),
      committedVersion: t.exposeInt('committedVersion'),
      waitUntil: t.field({ type: 'DateTime', description: 'PENDING: given up then.', resolve: (row) => row.waitUntil }),
      failure: t.field({ type: errorCode, description: 'Why a commit that waited was given up.', resolve: (row) => row.failure }),
    }),
  });
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
  const changePage = pageOf<Change>(builder, pages, 'Change', change);

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
  const rolledBack = builder.objectRef<RolledBack>('RollBackConnection').implement({
    fields: (t) => ({
      change: t.field({ type: change, nullable: false, resolve: (row) => row.change }),
      version: t.int({
        description: 'The version that is CURRENT now; null while it waits.',
        resolve: (row) => row.change.committedVersion,
      }),
      repeated: t.exposeBoolean('repeated', {
        nullable: false,
        description: 'It had been made before, or waits already: nothing was changed.',
      }),
      committedAt: t.field({ type: 'DateTime', resolve: (row) => row.change.committedAt }),
      connection: t.field({
        type: connection,
        nullable: false,
        resolve: (row, _, { services, actor }) => readConnection(services, actor, row.change.connectionId),
      }),
    }),
  });

  builder.queryFields((t) => ({
    changes: t.field({
      extensions: LISTS,
      type: changePage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { connectionId: t.arg({ type: 'UUID' }), state: t.arg({ type: changeState }), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { connectionId, state, first, after }, { services, actor }) => {
        const filter = { ...(connectionId == null ? {} : { connectionId }), ...(state == null ? {} : { state }) };
        return readPage(
          { first, after },
          (row) => ({ at: row.createdAt, id: row.id }),
          (page) => listChanges(services, actor, filter, page),
        );
      },
    }),
    change: t.field({
      type: change,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => readChange(services, actor, id),
    }),
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

  builder.mutationFields((t) => ({
    commitChange: t.field({
      extensions: COMMITS,
      type: change,
      description:
        'Commits a staged change, as updateCredentialsV2 does. Under the policy WAIT it may answer PENDING: it is carried out when the live leases have ended, and until then no new lease is granted.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        tempCredentialsKey: t.arg.string({ required: true }),
        ...inFlightArgs(t),
      },
      resolve: (_, { connectionId, tempCredentialsKey, ...inFlight }, { services, actor }) =>
        commitOrWait(services, actor, { connectionId, key: tempCredentialsKey, ...readInFlight(inFlight) }),
    }),
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
        'Stage, validate and commit in one call. `changes` is a JSON object with snake_case keys; env_var_name or file_path names another secret reference.',
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
    rollBackConnection: t.field({
      extensions: COMMITS,
      type: rolledBack,
      description:
        'Makes the content of a PREVIOUS version CURRENT again, as a new version; the newest PREVIOUS one unless another is named. Sent again, it answers with the first outcome and changes nothing; once CURRENT is a roll-back, another one has to name its version.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        version: t.arg.int(),
        expectedVersion: t.arg.int({ description: 'The version to leave: VERSION_CONFLICT while another one is CURRENT.' }),
        ...inFlightArgs(t),
      },
      resolve: (_, { connectionId, version, expectedVersion, ...inFlight }, { services, actor }) =>
        rollBack(services, actor, {
          connectionId,
          version: version ?? null,
          expectedVersion: expectedVersion ?? null,
          ...readInFlight(inFlight),
        }),
    }),
    discardChange: t.field({
      type: change,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => discardChange(services, actor, id),
    }),
  }));

  const errorCodeInfo = builder.objectRef<{ readonly code: ErrorCode }>('ErrorCodeInfo').implement({
    fields: (t) => ({
      code: t.field({ type: errorCode, nullable: false, resolve: (row) => row.code }),
      status: t.int({
        nullable: false,
        description: 'The HTTP status where one is told: see the reference of error codes.',
        resolve: (row) => ERROR_CODES[row.code].status,
      }),
      meaning: t.string({ nullable: false, resolve: (row) => ERROR_CODES[row.code].meaning }),
      next: t.string({ nullable: false, description: 'What to do.', resolve: (row) => ERROR_CODES[row.code].next }),
      retryable: t.boolean({
        nullable: false,
        description: 'The cause is not the request: the same request may succeed later.',
        resolve: (row) => RETRYABLE_CODES.has(row.code),
      }),
    }),
  });
  builder.queryFields((t) => ({
    errorCodes: t.field({
      type: [errorCodeInfo],
      nullable: false,
      description: 'Every code that an expected failure may have.',
      resolve: () => (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => ({ code })),
    }),
  }));
}

/** The lead API calls a key that the kind does not have a bad request, as any other that it can't read. */
async function asLeadRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'UNKNOWN_OPTION') throw error;
    throw new DomainError('BAD_REQUEST', error.message, error.details);
  }
}

type MutationFields = Parameters<Parameters<Builder['mutationFields']>[0]>[0];

/** What a caller may say about a login that may do less than the one in use. */
export function lossesArg(t: MutationFields) {
  return {
    acceptPermissionLosses: t.arg.boolean({
      description: 'Saves although the new login may do less than the one in use. What is lost is audited.',
    }),
  };
}

/** What a caller may say about the jobs that hold the connection. */
function inFlightArgs(t: MutationFields) {
  return {
    ...lossesArg(t),
    waitSeconds: t.arg.int({ description: 'Under WAIT: give up after this, 1 to 86,400; an hour by default.' }),
    breakGlassReason: t.arg.string({
      description: 'Commits although jobs hold the connection. Needs an owner; up to 500 characters, audited. It lifts no other rule.',
    }),
  };
}

function readInFlight(given: {
  readonly waitSeconds?: number | null | undefined;
  readonly breakGlassReason?: string | null | undefined;
  readonly acceptPermissionLosses?: boolean | null | undefined;
}): Pick<WaitingCommit, 'waitMs' | 'breakGlass' | 'acceptsLosses'> {
  return {
    acceptsLosses: given.acceptPermissionLosses === true,
    ...(given.waitSeconds == null ? {} : { waitMs: given.waitSeconds * 1000 }),
    ...(given.breakGlassReason == null ? {} : { breakGlass: given.breakGlassReason }),
  };
}
