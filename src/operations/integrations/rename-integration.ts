import type { Integration, IntegrationCategory } from '../../domain/connection/connection.ts';
import { nameTaken, readName, takenAt } from '../../domain/connection/names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Of one of the given categories where the caller's operation is for those alone: another's integration is NOT_FOUND. */
export async function renameIntegration(
  services: Services,
  actor: Actor,
  input: { readonly id: string; readonly name: string; readonly categories?: readonly IntegrationCategory[]; readonly namePath?: string },
): Promise<Integration> {
  requirePermission(actor, 'commit');
  const { namePath = 'name' } = input;
  const name = readName(input.name, namePath);
  const work = writeAs(services, actor, async (tx) => {
    const found = await tx.integrations.find(scopeOf(actor), input.id);
    if (found === null || input.categories?.includes(found.category) === false) throw notFound('integration', input.id);
    const outcome = await tx.integrations.rename(scopeOf(actor), input.id, name, { by: actorId(actor), now: await tx.now() });
    if (outcome === 'gone') throw notFound('integration', input.id);
    if (outcome === 'taken') throw nameTaken('An integration', namePath);
    await record(services, tx, actor, { action: 'integration.rename', entity: 'integration', entityId: input.id, details: {} });
    const renamed = await tx.integrations.find(scopeOf(actor), input.id);
    if (renamed === null) throw notFound('integration', input.id);
    return renamed;
  });
  return await work.catch(takenAt(namePath));
}
