import { DESCRIBE, type Description, type DescriptionFilter, isDescription } from '../../domain/connector/describe.ts';
import { validator } from '../../domain/connector/validator.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { requireReadOrHold } from '../../domain/lease/held-job.ts';
import { requireEnabled } from '../../domain/lease/lease-grant.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { requireConnection } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { runCandidate } from './run/run-candidate.ts';
import { subjectOfVersion } from './run/subject.ts';

export interface ListTables extends DescriptionFilter {
  readonly connectionId: string;
  readonly signal?: AbortSignal;
}

/**
 * The tables that the login of the CURRENT version sees, asked for in an egress worker as validators are: under their deadline, their
 * limits and the egress policy. Whoever may lease the connection could ask for them by itself, while it is enabled. Throws NOT_FOUND, UNAVAILABLE,
 * BAD_REQUEST for a kind that can't say it, VALIDATION_FAILED with the problems where the system was not reached or did not answer.
 */
export async function listTables(
  services: Services,
  actor: Actor,
  { connectionId, signal, ...describes }: ListTables,
): Promise<Description> {
  requireReadOrHold(actor);
  if (!actor.permissions.has('read')) requireEnabled(await requireConnection(services, actor, connectionId));
  const subject = await subjectOfVersion(services, actor, connectionId);
  const { connector, identity } = subject;
  if (connector.describe === null)
    throw badRequest('id', `Connections of kind "${connector.kind}" can't be described.`, { kind: connector.kind });
  const asked = validator(DESCRIBE, { description: DESCRIBE, run: connector.describe });
  const options = { describes, ...(signal === undefined ? {} : { signal }) };
  const { outcome } = await runCandidate({ services, actor, subject, options }, asked);
  await services.store.write((tx) =>
    record(services, tx, actor, {
      action: 'connection.describe',
      entity: 'connection',
      entityId: connectionId,
      details: { version: identity?.version ?? null, status: outcome.status, codes: outcome.errors.map(({ code }) => code) },
    }),
  );
  const described = outcome.data?.returnedData;
  if (outcome.errors.length === 0 && isDescription(described)) return described;
  throw new DomainError('VALIDATION_FAILED', outcome.errors[0]?.friendlyMessage ?? 'The system did not say what it holds.', {
    problems: outcome.errors,
  });
}
