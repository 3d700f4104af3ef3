import type { Integration, Site } from '../connection/connection.ts';
import { badRequest, DomainError, NotFound } from '../errors/errors.ts';

/** The site that was named, or the only one of the project. Throws NOT_FOUND, or BAD_REQUEST when one has to be named. */
export function pickSite(sites: readonly Site[], siteId: string | null): Site {
  const [only] = siteId === null ? sites : sites.filter(({ id }) => id === siteId);
  if (siteId !== null && only === undefined)
    throw new NotFound(`No such site. This project has: ${sites.map(({ id }) => id).join(', ')}.`, siteId, {
      path: 'dcId',
      known: sites.map(({ id }) => id),
    });
  // The text is matched word for word by the lead API's CLI.
  if (only === undefined || (siteId === null && sites.length > 1))
    throw badRequest('dcId', 'Multiple data collectors found. Please specify a collector.');
  return only;
}

/** What is on a site of another network can't be dialled. */
export class SiteUnreachable extends DomainError {
  constructor(siteId: string | undefined) {
    super('UNAVAILABLE', 'The site is one of workers, and none is connected.', { siteId });
  }
}

/** Throws SiteUnreachable for a site of another network: those wait for workers. */
export function requireReachable(site: Site | null): asserts site is Site {
  if (site?.deployment !== 'gateway') throw new SiteUnreachable(site?.id);
}

/** A connection is dialled from where its integration is. Throws BAD_REQUEST where another site is named for it. */
export function requireSameSite({ siteId }: Pick<Integration, 'siteId'>, named: string | null): void {
  if (named !== null && named !== siteId) throw badRequest('dcId', 'The integration belongs to another site.');
}
