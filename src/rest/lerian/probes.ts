import type { FastifyInstance } from 'fastify';
import * as shapes from './shapes/answers.ts';

/** What the vendor's server says of itself to anybody; /readyz is served for all ways in. The version is the vendor's protocol's, so that nobody learns ours. */
export function probes(app: FastifyInstance): void {
  const answer = (operationId: string, body: object) => ({
    schema: { operationId, summary: 'Without authentication', response: { 200: shapes.probe } },
    handler: async () => body,
  });
  app.get('/health', answer('health', { status: 'healthy' }));
  app.get('/version', answer('version', { version: 'v1', server: 'changeover' }));
}
