import type { Problem, ValidationResult } from '../../domain/connector/validation.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { SealBinding } from '../../domain/ports/vault.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';

const NAME = 'validate_storage_access';

/** Proves that the store takes a write and that what the project's key seals opens again. A failure is a result, not an error. */
export async function checkStorage(services: Services, actor: Actor, siteId: string | null): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  await chooseSite(services.store.read, actor, siteId);
  const startedAt = await services.store.now();
  const problem = await findProblem(services, actor);
  return {
    validator: NAME,
    description: "Writes to the gateway's store, and opens what its key has sealed.",
    status: problem === null ? 'passed' : 'failed',
    errors: problem === null ? [] : [problem],
    warnings: [],
    data: null,
    startedAt,
    finishedAt: await services.store.now(),
  };
}

async function findProblem(services: Services, actor: Actor): Promise<Problem | null> {
  try {
    const id = services.newId();
    const binding: SealBinding = {
      projectId: actor.projectId,
      connectionId: id,
      contentId: id,
      field: 'check',
      endpoint: new Uint8Array(),
    };
    const keys = await services.vault.forProject(actor.projectId);
    keys.open(binding, keys.seal(binding, Buffer.from(id)).blob).fill(0);
    await services.store.write((tx) =>
      record(services, tx, actor, { action: 'storage.check', entity: 'project', entityId: actor.projectId, details: {} }),
    );
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return {
      code: 'PROVIDER_DOWN',
      cause: `the gateway's store answered ${error.code}`,
      friendlyMessage: "The gateway's own store or key does not work as it should.",
      resolution: 'Run `changeover doctor` on the gateway, and see to the disk or database of its store.',
    };
  }
}
