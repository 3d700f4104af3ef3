import { UnfitDetails } from '../../domain/connection/details/unfit-details.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { unfit } from '../../domain/connector/unrun-results.ts';
import type { ValidationResult } from '../../domain/connector/validation.ts';
import { validatorOfRelative } from '../../domain/connector/validator-order.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { readNewDetails, type StageCreation } from '../changes/stage-creation.ts';
import { readUpdate, type StageUpdate } from '../changes/stage-update.ts';
import { findConnector } from '../connections/find-connector.ts';
import { loadConnection, requireReachableSite } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { requireDialable } from '../sites/require-site.ts';
import { validateOne } from './run/run-validators.ts';
import { type Subject, unstored } from './run/subject.ts';
import type { TestOptions } from './run/validation-run.ts';

/** Runs one validator on details that are not stored, and stores nothing of them but the audit's field names. What does not fit the kind is a failed result. */
export async function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'create');
  const connector = findConnector(services, input.kind, input.details, input.path ?? 'connectionDetails');
  await requireDialable(services, actor, input.siteId);
  return await unlessUnfit(services, { connector, validator: input.validator }, async () => {
    const { details } = readNewDetails(services, input);
    const subject: Subject = { connector, current: null, connectionId: services.newId(), ...unstored(details) };
    return await validateOne({ services, actor, subject, options: input }, input.validator);
  });
}

/** The same on a connection's details with changes laid over them. Throws what else staging them would throw. */
export async function testUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'stage');
  const { connection, connector } = await loadConnection(services, actor, input.connectionId);
  await requireReachableSite(services, connection);
  return await unlessUnfit(services, { connector, validator: input.validator }, async () => {
    const { loaded, next } = await readUpdate(services, actor, input);
    const subject: Subject = { connector, current: loaded.current, connectionId: input.connectionId, ...unstored(next) };
    return await validateOne({ services, actor, subject, options: input }, input.validator);
  });
}

/** A client that runs one validator after the other takes an error for the end of its work, and a failed result for what it is. */
async function unlessUnfit(
  services: Services,
  { connector, validator }: { readonly connector: Connector; readonly validator: string },
  run: () => Promise<ValidationResult>,
): Promise<ValidationResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UnfitDetails)) throw error;
    const named =
      connector.validators.find(({ name }) => name === validator) ?? validatorOfRelative(connector, services.connectors.all(), validator);
    return unfit(named, error, await services.store.now());
  }
}
