import type { Site } from '../../domain/connection/connection.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Readers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';

/** The site that was named, or the only one of the project. Throws NOT_FOUND, or BAD_REQUEST when one has to be named. */
export async function chooseSite(from: Pick<Readers, 'sites'>, actor: Actor, siteId: string | null): Promise<Site> {
  const sites = await from.sites.all(actor.projectId);
  const [only] = siteId === null ? sites : sites.filter(({ id }) => id === siteId);
  if (siteId !== null && only === undefined) throw notFound('site');
  // The text is matched word for word by the lead API's CLI.
  if (only === undefined || (siteId === null && sites.length > 1))
    throw badRequest('dcId', 'Multiple data collectors found. Please specify a collector.');
  return only;
}

/** Throws UNAVAILABLE for a site of another network: those wait for workers. */
export function requireReachable(site: Site | null): asserts site is Site {
  if (site?.deployment !== 'gateway')
    throw new DomainError('UNAVAILABLE', 'The site is one of workers, and none is connected.', { siteId: site?.id });
}
