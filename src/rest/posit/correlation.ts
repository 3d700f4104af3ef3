import type { FastifyRequest } from 'fastify';
import { headerOf } from '../../http/headers.ts';

/** Of every answer: the request's own where it sent a decent one, else the id by which the log knows the request. */
export function correlationOf(request: FastifyRequest): string {
  const sent = headerOf(request.raw, 'x-correlation-id');
  return sent !== undefined && /^[\x21-\x7e]{1,128}$/.test(sent) ? sent : request.id;
}
