import type { IncomingMessage } from 'node:http';
import type { Actor, RequestInfo } from '../domain/actor.ts';
import { DomainError, unauthenticated } from '../domain/errors.ts';
import { authenticate, authenticateSession } from '../operations/authenticate.ts';
import { bucketOf } from './peer.ts';
import { header } from './read-request.ts';
import type { GatewayServer } from './server.ts';

const SESSION_COOKIE = 'changeover_session';
const CSRF_HEADER = 'x-changeover-csrf';

/** The actor of a request, by token or by browser session. One answer for every way to fail; an address that fails too often is put off. */
export function authenticateRequest(
  gateway: Pick<GatewayServer, 'services' | 'rates' | 'proxies'>,
  request: IncomingMessage,
  info: RequestInfo,
): Promise<Actor> {
  const { services } = gateway;
  const session = sessionSecret(gateway, request);
  const secret = header(request, 'x-mcd-token') ?? header(request, 'authorization') ?? session ?? '';
  return countingFailures(gateway, info, secret, () => {
    if (session !== undefined && header(request, 'authorization') === undefined && header(request, 'x-mcd-token') === undefined) {
      requireSameSite(request);
      return authenticateSession(services, session, info);
    }
    return authenticate(services, presentedToken(request), info);
  });
}

/** Runs a login with this secret. An address that failed too often of late is put off before it is looked up. */
export async function countingFailures<T>(
  { rates }: Pick<GatewayServer, 'rates'>,
  info: RequestInfo,
  secret: string,
  login: () => Promise<T>,
): Promise<T> {
  const address = bucketOf(info.ip);
  rates.requireFewFailures(address, secret);
  try {
    const actor = await login();
    rates.countSuccess(address, secret);
    return actor;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') rates.countFailure(address, secret);
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

type Peers = Pick<GatewayServer, 'proxies'>;

export function sessionSecret({ proxies }: Peers, request: IncomingMessage): string | undefined {
  const cookies = header(request, 'cookie');
  if (cookies === undefined) return undefined;
  const cookie = cookieName(proxies.peerOf(request).secure);
  for (const part of cookies.split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === cookie && value !== undefined) return value;
  }
  return undefined;
}

/** Over TLS the browser itself vouches for the cookie: no other host, subdomain or unencrypted page can have set one of this name. */
function cookieName(secure: boolean): string {
  return secure ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE;
}

/** Scripts can't read it, and no other site's request carries it. */
export function sessionCookie({ proxies }: Peers, request: IncomingMessage, value: string, maxAgeSeconds: number): string {
  const { secure } = proxies.peerOf(request);
  return `${cookieName(secure)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`;
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
