import type { FastifyInstance } from 'fastify';

/** Sent with every answer. Nothing here may be framed, cached, sniffed or told where it was called from. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Constants, so that they are set at once: @fastify/helmet makes each anew for every request. A page has a policy of its own, which its route sets. */
export function securityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
}
