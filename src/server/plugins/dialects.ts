import type { FastifyInstance } from 'fastify';
import { DIALECTS } from '../../rest/dialects.ts';
import { serveDialect } from '../../rest/kit/dialect.ts';
import type { Gateway } from '../gateway.ts';

/** The ways in over REST: ours, and those in other products' wire formats. */
export async function dialects(app: FastifyInstance, gateway: Gateway): Promise<void> {
  for (const dialect of DIALECTS) await serveDialect(app, dialect, gateway);
}
