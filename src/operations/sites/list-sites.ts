import type { Site } from '../../domain/connection/connection.ts';
import { requireReachable } from '../../domain/site/site-choice.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { chooseSite } from './choose-site.ts';

/** Where the project's connections are dialled from; every token of the project may know. */
export async function listSites({ store }: Services, actor: Actor): Promise<readonly Site[]> {
  return await store.read.sites.all(actor.projectId);
}

/** The site, where it can dial. Throws FORBIDDEN, NOT_FOUND, and UNAVAILABLE for a site of workers. */
export async function pingSite({ store }: Services, actor: Actor, siteId: string): Promise<Site> {
  requirePermission(actor, 'read');
  const site = await chooseSite(store.read, actor, siteId);
  requireReachable(site);
  return site;
}
