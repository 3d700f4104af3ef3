import type { ValidationResult } from '../../domain/connector/validation.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { readNewDetails, type StageCreation } from '../changes/stage-creation.ts';
import { readUpdate, type StageUpdate } from '../changes/stage-update.ts';
import { requireReachableSite } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { requireDialable } from '../sites/require-site.ts';
import { validateOne } from './run/run-validators.ts';
import { type Subject, unstored } from './run/subject.ts';
import type { TestOptions } from './run/validation-run.ts';

/** Runs one validator on details that are not stored, and stores nothing of them but the audit's field names. */
export async function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'create');
  const { connector, details } = readNewDetails(services, input);
  await requireDialable(services, actor, input.siteId);
  const subject: Subject = { connector, current: null, connectionId: services.newId(), ...unstored(details) };
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}

/** Runs one validator on a connection's details with changes laid over them, which are not stored. Throws what staging them would throw. */
export async function testUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'stage');
  const { loaded, next } = await readUpdate(services, actor, input);
  const { connection, connector, current } = loaded;
  await requireReachableSite(services, connection);
  const subject: Subject = { connector, current, connectionId: input.connectionId, ...unstored(next) };
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}
