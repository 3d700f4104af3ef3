import type { FastifyReply, FastifyRequest } from 'fastify';

const SESSION_COOKIE = 'changeover_session';

/** The secret of a browser session; undefined where the request carries none. */
export function sessionSecretOf({ headers, clientAddress, server }: FastifyRequest): string | undefined {
  return headers.cookie === undefined ? undefined : server.parseCookie(headers.cookie)[cookieName(clientAddress.secure)];
}

/** Scripts can't read it, and no other site's request carries it. An age of 0 seconds ends it. */
export function setSessionCookie({ clientAddress, server }: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  const { secure } = clientAddress;
  const options = { path: '/', httpOnly: true, sameSite: 'strict', maxAge, secure } as const;
  reply.header('set-cookie', server.serializeCookie(cookieName(secure), value, options));
}

/** Over TLS the browser itself vouches for the cookie: no other host, subdomain or unencrypted page can have set one of this name. */
function cookieName(secure: boolean): string {
  return secure ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE;
}
