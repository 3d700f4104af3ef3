import { readName } from '../../domain/connection/names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';

export async function renameSite(services: Services, actor: Actor, siteId: string, name: string): Promise<void> {
  requirePermission(actor, 'commit');
  requireWholeProject(actor, 'A site');
  const stored = readName(name, 'name');
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.sites.rename(actor.projectId, siteId, stored, await tx.now()))) throw notFound('site', siteId);
    await record(services, tx, actor, { action: 'site.rename', entity: 'site', entityId: siteId, details: {} });
  });
}
