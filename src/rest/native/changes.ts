import type { Change } from '../../domain/change/change.ts';
import type { Problem, ValidationResult } from '../../domain/connector/validation.ts';
import { stageUpdate } from '../../operations/changes/stage-update.ts';
import { commitOrWait } from '../../operations/commits/commit-change.ts';
import type { WaitingCommit } from '../../operations/commits/commit-options.ts';
import { rollBack } from '../../operations/commits/roll-back.ts';
import { validateChange, validateWhole } from '../../operations/validations/validate-change.ts';
import { etagOf, expectedVersionOf } from '../kit/http/etag.ts';
import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { timeOf } from './times.ts';

/** The way of a change: staged, proven, committed, and back. */
export const changes: readonly Route[] = [
  {
    method: 'POST',
    url: '/api/v1/connections/:id/changes',
    operation: 'stageChange',
    summary: 'Stages other settings or credentials; nothing is dialled, and nobody gets them yet',
    shapes: { params: shapes.byId, headers: shapes.ifMatch, body: shapes.stageChange, answers: { 201: shapes.stagedChange } },
    async run({ services, actor, params, body, header }) {
      const { id: connectionId } = readAs(shapes.byId, params, 'path');
      const { changes: given, replace = false } = readAs(shapes.stageChange, body.object(), 'body');
      const expected = expectedVersionOf(header('if-match'));
      const expectation = expected === undefined ? {} : { expectedVersion: expected };
      const { change, key } = await stageUpdate(services, actor, { connectionId, changes: given, replace, ...expectation });
      return { status: 201, headers: { etag: etagOf(change.baseVersion ?? 0) }, body: { change: wireChange(change), key } };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/changes/validate',
    operation: 'validateChange',
    summary: 'Runs the validators of the kind on a staged change; one that fails is a result, and no error',
    priority: PRIORITIES.validates,
    shapes: { body: shapes.validate, answers: { 200: shapes.validations } },
    async run({ services, actor, body, signal }) {
      const { key, validator } = readAs(shapes.validate, body.object(), 'body');
      const results =
        validator === undefined
          ? await validateWhole(services, actor, { key, signal })
          : [await validateChange(services, actor, { key, validator, signal })];
      return { body: { validations: results.map(wireResult) } };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/connections/:id/commit',
    operation: 'commitChange',
    summary: 'Makes a staged change CURRENT; proof that is missing is obtained first. Under WAIT it may answer PENDING',
    priority: PRIORITIES.commits,
    shapes: { params: shapes.byId, body: shapes.commit, answers: { 200: shapes.change } },
    async run({ services, actor, params, body }) {
      const { id: connectionId } = readAs(shapes.byId, params, 'path');
      const { key, ...given } = readAs(shapes.commit, body.object(), 'body');
      return committed(await commitOrWait(services, actor, { connectionId, key, ...inFlightOf(given) }));
    },
  },
  {
    method: 'POST',
    url: '/api/v1/connections/:id/roll-back',
    operation: 'rollBackConnection',
    summary: 'Makes the content of a PREVIOUS version CURRENT again, as a new version',
    priority: PRIORITIES.commits,
    shapes: { params: shapes.byId, headers: shapes.ifMatch, body: shapes.rollBack, answers: { 200: shapes.change } },
    async run({ services, actor, params, body, header }) {
      const { id: connectionId } = readAs(shapes.byId, params, 'path');
      const { version = null, ...given } = readAs(shapes.rollBack, body.isEmpty ? {} : body.object(), 'body');
      const expectedVersion = expectedVersionOf(header('if-match')) ?? null;
      const { change } = await rollBack(services, actor, { connectionId, version, expectedVersion, ...inFlightOf(given) });
      return committed(change);
    },
  },
];

interface GivenInFlight {
  readonly waitSeconds?: number | undefined;
  readonly acceptPermissionLosses?: boolean | undefined;
  readonly breakGlassReason?: string | undefined;
}

function inFlightOf({ waitSeconds, acceptPermissionLosses = false, breakGlassReason }: GivenInFlight) {
  return {
    acceptsLosses: acceptPermissionLosses,
    ...(waitSeconds === undefined ? {} : { waitMs: waitSeconds * 1000 }),
    ...(breakGlassReason === undefined ? {} : { breakGlass: breakGlassReason }),
  } satisfies Partial<WaitingCommit>;
}

function committed(change: Change) {
  const { committedVersion } = change;
  return { headers: committedVersion === null ? {} : { etag: etagOf(committedVersion) }, body: wireChange(change) };
}

function wireChange(change: Change) {
  const { id, connectionId, purpose, state, kind, baseVersion, changedFields, expiresAt, committedVersion, committedAt, waitUntil } =
    change;
  return {
    id,
    connectionId,
    purpose,
    state,
    kind,
    baseVersion,
    changedFields,
    expiresAt: timeOf(expiresAt),
    committedVersion,
    committedAt: committedAt === null ? null : timeOf(committedAt),
    waitUntil: waitUntil === null ? null : timeOf(waitUntil),
  };
}

function wireResult({ validator, description, status, errors, warnings }: ValidationResult) {
  const told = ({ code, cause, friendlyMessage, resolution }: Problem) => ({ code, cause, friendlyMessage, resolution });
  return { validator, description, status, errors: errors.map(told), warnings: warnings.map(told) };
}
