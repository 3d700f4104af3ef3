import type { Change } from '../../domain/change/change.ts';
import { requireOpen } from '../../domain/change/open-change.ts';
import type { ValidationResult } from '../../domain/connector/validation.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { findChange } from '../changes/find-change.ts';
import { connectorOf, servesKind } from '../connections/find-connector.ts';
import { requireConnection } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { requireDialable, requireOwnSite } from '../sites/require-site.ts';
import { validateAll, validateOne } from './run/run-validators.ts';
import { subjectOfChange } from './run/subject.ts';
import type { TestOptions } from './run/validation-run.ts';

/** What is validated, and how its caller knows it. */
interface Staged extends TestOptions {
  readonly key: string;
  /** Any spelling of the kind that the key was made for, or of its family's. */
  readonly kind?: string;
}

/** Runs one validator on a staged candidate and records the result against exactly that candidate. A failed validation is a result, not an error. */
export async function validateChange(
  services: Services,
  actor: Actor,
  input: Staged & { readonly validator: string },
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  const change = await findStaged(services, actor, input);
  const subject = await subjectOfChange(services, actor, change);
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}

/** Runs every validator of a connection that is to be created, once more. Throws as the run of one does. */
export async function validateCreation(services: Services, actor: Actor, input: Staged): Promise<readonly ValidationResult[]> {
  return await validateWhole(services, actor, input, ['create']);
}

/** Runs every validator on a staged candidate, of whichever purposes, in their order. Throws as the run of one does. */
export async function validateWhole(
  services: Services,
  actor: Actor,
  input: Staged,
  purposes?: readonly Change['purpose'][],
): Promise<readonly ValidationResult[]> {
  requirePermission(actor, 'validate');
  const change = await findStaged(services, actor, input, purposes);
  const subject = await subjectOfChange(services, actor, change);
  const names = input.skipValidation === true ? [] : subject.connector.validators.map(({ name }) => name);
  return await validateAll({ services, actor, subject, options: input }, names);
}

/** Throws NOT_FOUND, CHANGE_EXPIRED, CHANGE_OUTDATED, and BAD_REQUEST for another kind or site than it has. */
async function findStaged(
  services: Services,
  actor: Actor,
  { key, kind, siteId }: Staged,
  purposes?: readonly Change['purpose'][],
): Promise<Change> {
  const change = await findChange(services, actor, key, purposes === undefined ? {} : { purposes });
  requireOpen(change, await services.store.now());
  const connector = connectorOf(services, change.kind);
  if (kind !== undefined && !servesKind(services, connector, kind))
    throw badRequest('connectionType', `The temporary key belongs to a change of kind "${connector.kind}".`, { kind: connector.kind });
  // What is to be created is dialled from the site that is named, and all else from where it is.
  if (change.purpose === 'create') await requireDialable(services, actor, siteId);
  else await requireOwnSite(services, await requireConnection(services, actor, change.connectionId), siteId);
  return change;
}
