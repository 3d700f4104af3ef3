import type { FastifyRequest } from 'fastify';
import type { Answer } from '../../../http/error-answer.ts';
import type { RouteAnswer } from '../../kit/route.ts';

/** How a request wants its answer written. An unreadable wish is told by the routes; a failure before them is written plainly. */
export interface Format {
  readonly indent: number;
  readonly isEnveloped: boolean;
}

export function formatOf(request: FastifyRequest): Format {
  return { indent: wishes(request, 'pretty') ? 2 : 0, isEnveloped: wishes(request, 'envelope') };
}

function wishes({ query }: FastifyRequest, name: string): boolean {
  const given = typeof query === 'object' && query !== null ? (query as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof given === 'string' && given.toLowerCase() === 'true';
}

/** The path without its query. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

export const V2 = '/api/atlas/v2';
const VERSION_MEDIA = 'application/vnd.atlas.2023-01-01+json';
export const VERSION_TYPE = `${VERSION_MEDIA};charset=utf-8`;

/** What a version of the API answers with, for its document. */
export function mediaOf(prefix: string): readonly string[] {
  return [prefix === V2 ? VERSION_MEDIA : 'application/json'];
}

/** Writes what a route answers: in an envelope for clients that can't see a status, and over several lines for people. */
export function writeAnswer({ status = 200, headers = {}, body }: RouteAnswer, request: FastifyRequest): Answer {
  const type = { 'content-type': pathOf(request).startsWith(`${V2}/`) ? VERSION_TYPE : 'application/json' };
  const { indent, isEnveloped } = formatOf(request);
  const text = (value: unknown) => JSON.stringify(value, null, indent);
  if (!isEnveloped) return { status, headers: { ...type, ...headers }, body: body === undefined ? '' : text(body) };
  const isList = typeof body === 'object' && body !== null && 'results' in body;
  const enveloped = isList ? { ...body, status } : { status, content: body ?? null };
  // An envelope needs a body, which no answer of 204 may have.
  return { status: status === 204 ? 200 : status, headers: { ...type, ...headers }, body: text(enveloped) };
}
