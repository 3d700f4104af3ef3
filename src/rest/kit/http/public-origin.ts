import type { FastifyRequest } from 'fastify';
import type { RestGateway } from '../rest-gateway.ts';

/** Where clients reach the gateway, for the links in answers: as it is configured, else as the request itself was addressed. */
export function publicOrigin({ dialects: { publicUrl } }: Pick<RestGateway, 'dialects'>, { protocol, host }: FastifyRequest): string {
  return publicUrl ?? `${protocol}://${host}`;
}
