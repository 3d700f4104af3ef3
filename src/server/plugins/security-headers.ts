import type { FastifyInstance } from 'fastify';
import type { Gateway } from '../gateway.ts';

/** Sent with every answer. Nothing here may be framed, cached, sniffed or told where it was called from. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** A browser that has come over TLS once does not come without it again, for a year. */
const ENCRYPTED = { 'strict-transport-security': 'max-age=31536000' };

/** Constants, so that they are set at once: @fastify/helmet makes each anew for every request. A page has a policy of its own, which its route sets. */
export function securityHeaders(app: FastifyInstance, { certificate }: Pick<Gateway, 'certificate'>): void {
  const headers = certificate === null ? SECURITY_HEADERS : { ...SECURITY_HEADERS, ...ENCRYPTED };
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}
