import type { Site } from '../../domain/connection/connection.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { pickSite } from '../../domain/site/site-choice.ts';
import type { Actor } from '../../domain/token/actor.ts';

/** The site that was named, or the only one of the actor's project. Throws NOT_FOUND, or BAD_REQUEST when one has to be named. */
export async function chooseSite(from: Pick<Readers, 'sites'>, actor: Actor, siteId: string | null): Promise<Site> {
  return pickSite(await from.sites.all(actor.projectId), siteId);
}
