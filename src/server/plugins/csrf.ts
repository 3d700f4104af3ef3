import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../domain/errors/errors.ts';
import { headerOf } from '../../http/headers.ts';

const CSRF_HEADER = 'x-changeover-csrf';

/** A browser sends cookies for any site that asks; only our own page can add this header, and says where it comes from. */
export function requireSameSite(request: IncomingMessage): void {
  const site = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  const foreign =
    (site !== undefined && site !== 'same-origin') || (origin !== undefined && !isOwnOrigin(origin, headerOf(request, 'host')));
  if (headerOf(request, CSRF_HEADER) === undefined || foreign)
    throw new DomainError('FORBIDDEN', `Requests with a session cookie come from this site and carry ${CSRF_HEADER}.`, {
      next: 'Send that header, from a page of the gateway itself.',
    });
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
