import type { ValidationResult } from '../../domain/connector/validation.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { requireDialable } from '../sites/require-site.ts';
import { validateOne } from '../validations/run/run-validators.ts';
import type { TestOptions } from '../validations/run/validation-run.ts';
import { type NewReference, readNewReference } from './read-reference.ts';
import { resolveReference } from './resolve-reference.ts';

/** Runs one validator on what a reference leads to, and stores nothing of it. */
export async function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'create');
  requirePermission(actor, 'reference');
  const { connector, reference, beside } = await readNewReference(services, actor, input);
  await requireDialable(services, actor, input.siteId);
  const connectionId = services.newId();
  const { projectId } = actor;
  const row = { projectId, connectionId, kind: connector.kind, settings: beside, candidateHash: Buffer.alloc(0), reference };
  const subject = {
    connector,
    connectionId,
    open: (options: { readonly fresh: boolean }) => resolveReference(services, actor, row, options),
    reference,
    current: null,
    identity: null,
  };
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}
