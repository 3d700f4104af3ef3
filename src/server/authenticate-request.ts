import type { IncomingMessage } from 'node:http';
import type { ShownToken } from '../admission/failed-login-throttle.ts';
import { DomainError, unauthenticated } from '../domain/errors/errors.ts';
import type { Actor, RequestInfo } from '../domain/token/actor.ts';
import { authenticate, authenticateSession } from '../operations/access/authenticate.ts';
import { bucketOf } from './client-address.ts';
import { header } from './read-request.ts';
import type { GatewayServer } from './server.ts';

const SESSION_COOKIE = 'changeover_session';
const CSRF_HEADER = 'x-changeover-csrf';

/** The actor of a request, by token or by browser session. One answer for every way to fail; an address that fails too often is put off. */
export async function authenticateRequest(
  gateway: Pick<GatewayServer, 'services' | 'logins' | 'proxies'>,
  request: IncomingMessage,
  info: RequestInfo,
): Promise<Actor> {
  const { services } = gateway;
  const token = shownToken(request);
  if (token !== null) return await throttled(gateway, info, token, () => authenticate(services, token, info));
  const session = sessionSecret(gateway, request);
  // Nothing was tried, so nothing has failed.
  if (session === undefined) throw unauthenticated();
  return await authenticateBrowser(gateway, request, session, info);
}

/** The actor of a session's cookie, with a request of our own page. */
function authenticateBrowser(
  gateway: Pick<GatewayServer, 'services' | 'logins'>,
  request: IncomingMessage,
  secret: string,
  info: RequestInfo,
): Promise<Actor> {
  requireSameSite(request);
  return throttled(gateway, info, { secret }, () => authenticateSession(gateway.services, secret, info));
}

/** Runs a login with what was shown. Where too many have failed of late it is put off before it is looked up. */
export async function throttled(
  { logins }: Pick<GatewayServer, 'logins'>,
  info: RequestInfo,
  shown: ShownToken,
  login: () => Promise<Actor>,
): Promise<Actor> {
  const address = bucketOf(info.ip);
  logins.admit(address, shown);
  try {
    const actor = await login();
    logins.succeeded(shown, shown.secret.startsWith('chg_ses_') ? null : actor.tokenId);
    return actor;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') logins.failed(address, shown);
    throw error;
  }
}

/**
 * The token that a request shows, in either form; the id is checked where it is sent. Both forms are read where they show the same
 * one, or Authorization is of another scheme, which is a proxy's. Throws BAD_REQUEST where it can't be told which is meant.
 */
function shownToken(request: IncomingMessage): ShownToken | null {
  const authorization = header(request, 'authorization');
  const own = header(request, 'x-mcd-token');
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
  if (own !== undefined && bearer !== undefined && own !== bearer)
    throw new DomainError('BAD_REQUEST', 'x-mcd-token and Authorization show two tokens. Send one.', { path: 'authorization' });
  const secret = own ?? bearer ?? (authorization === undefined ? undefined : '');
  const id = header(request, 'x-mcd-id');
  return secret === undefined ? null : id === undefined ? { secret } : { secret, id };
}

type Peers = Pick<GatewayServer, 'proxies'>;

export function sessionSecret({ proxies }: Peers, request: IncomingMessage): string | undefined {
  const cookies = header(request, 'cookie');
  if (cookies === undefined) return undefined;
  const cookie = cookieName(proxies.clientAddressOf(request).secure);
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
  const { secure } = proxies.clientAddressOf(request);
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
