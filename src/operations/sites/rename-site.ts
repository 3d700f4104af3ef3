import { readName } from '../../domain/connection/names.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record, type Services, writeAs } from '../services.ts';

export async function renameSite(services: Services, actor: Actor, siteId: string, name: string): Promise<void> {
  requirePermission(actor, 'commit');
  if (actor.integrationIds !== null)
    throw new DomainError('FORBIDDEN', "A site is the whole project's, and this token is limited to some integrations.");
  const stored = readName(name, 'name');
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.sites.rename(actor.projectId, siteId, stored, await tx.now()))) throw notFound('site');
    await record(services, tx, actor, { action: 'site.rename', entity: 'site', entityId: siteId, details: {} });
  });
}
