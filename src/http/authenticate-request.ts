import type { IncomingMessage } from 'node:http';
import type { Actor, RequestInfo } from '../domain/actor.ts';
import { DomainError, unauthenticated } from '../domain/errors.ts';
import { authenticate, authenticateSession } from '../operations/authenticate.ts';
import type { Services } from '../operations/services.ts';
import type { Limiter } from './limiter.ts';
import { header } from './read-request.ts';

export const SESSION_COOKIE = 'changeover_session';
export const CSRF_HEADER = 'x-changeover-csrf';

/** The actor of a request, by token or by browser session. One answer for every way to fail; an address that fails too often is put off. */
export async function authenticateRequest(
  services: Services,
  limiter: Limiter,
  request: IncomingMessage,
  info: RequestInfo,
): Promise<Actor> {
  const address = info.ip ?? '';
  limiter.requireFewFailures(address);
  try {
    const session = sessionSecret(request);
    if (session !== undefined && header(request, 'authorization') === undefined && header(request, 'x-mcd-token') === undefined) {
      requireSameSite(request);
      return await authenticateSession(services, session, info);
    }
    return await authenticate(services, presentedToken(request), info);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') limiter.countFailure(address);
    throw error;
  }
}

function presentedToken(request: IncomingMessage): { readonly secret: string; readonly id?: string } {
  const secret = header(request, 'x-mcd-token');
  const id = header(request, 'x-mcd-id');
  if (secret !== undefined) return id === undefined ? { secret } : { secret, id };
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header(request, 'authorization') ?? '')?.[1];
  if (bearer === undefined) throw unauthenticated();
  return { secret: bearer };
}

export function sessionSecret(request: IncomingMessage): string | undefined {
  for (const part of (header(request, 'cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === SESSION_COOKIE && value !== undefined) return value;
  }
  return undefined;
}

/** A browser sends cookies for any site that asks; only our own page can add this header, and says where it comes from. */
export function requireSameSite(request: IncomingMessage): void {
  const site = header(request, 'sec-fetch-site');
  const origin = header(request, 'origin');
  const foreign = (site !== undefined && site !== 'same-origin') || (origin !== undefined && !isOwnOrigin(origin, header(request, 'host')));
  if (header(request, CSRF_HEADER) === undefined || foreign)
    throw new DomainError('FORBIDDEN', `Requests with a session cookie come from this site and carry ${CSRF_HEADER}.`);
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
