import type { Connection } from '../../domain/connection/connection.ts';
import { requireReachable, requireSameSite } from '../../domain/site/site-choice.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { chooseSite } from './choose-site.ts';

/** For what dials nothing: a site that is named has to be there all the same. Throws NOT_FOUND. */
export async function requireKnownSite({ store }: Services, actor: Actor, siteId: string | null = null): Promise<void> {
  if (siteId !== null) await chooseSite(store.read, actor, siteId);
}

/** For what is dialled and saved nowhere yet. Throws NOT_FOUND, UNAVAILABLE, and BAD_REQUEST where a site has to be named. */
export async function requireDialable({ store }: Services, actor: Actor, siteId: string | null = null): Promise<void> {
  requireReachable(await chooseSite(store.read, actor, siteId));
}

/** For a saved connection, which is dialled from where its integration is. Throws BAD_REQUEST where another site is named. */
export async function requireOwnSite(
  { store }: Services,
  { projectId, integrationId }: Connection,
  siteId: string | null = null,
): Promise<void> {
  if (siteId === null) return;
  const own = await store.read.sites.ofIntegration(projectId, integrationId);
  requireSameSite({ siteId: own?.id ?? '' }, siteId);
}
