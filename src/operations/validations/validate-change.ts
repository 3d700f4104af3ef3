import { requireOpen } from '../../domain/change/open-change.ts';
import type { ValidationResult } from '../../domain/connector/validation.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { findChange } from '../changes/find-change.ts';
import { connectorOf, servesKind } from '../connections/find-connector.ts';
import type { Services } from '../services.ts';
import { validateOne } from './run/run-validators.ts';
import { subjectOfChange } from './run/subject.ts';
import type { TestOptions } from './run/validation-run.ts';

/** Runs one validator on a staged candidate and records the result against exactly that candidate. A failed validation is a result, not an error. */
export async function validateChange(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly kind?: string; readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  const change = await findChange(services, actor, input.key);
  requireOpen(change, await services.store.now());
  const connector = connectorOf(services, change.kind);
  if (input.kind !== undefined && !servesKind(services, connector, input.kind)) {
    throw badRequest('connectionType', `The temporary key belongs to a change of kind "${connector.kind}".`, { kind: connector.kind });
  }
  const subject = await subjectOfChange(services, actor, change);
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}
