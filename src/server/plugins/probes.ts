import type { FastifyInstance } from 'fastify';
import type { Gateway } from '../gateway.ts';

/** What balancers, monitoring and a curious browser ask for without a token. */
export function probes(app: FastifyInstance, { metrics, readiness }: Gateway): void {
  app.get('/', (_request, reply) => reply.redirect('/explorer/'));
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const status = await readiness();
    if (status !== 'ready') reply.code(503).header('retry-after', '5');
    return { status };
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
