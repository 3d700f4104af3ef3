import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../../domain/errors/errors.ts';
import { headerOf } from '../../../http/headers.ts';
import { JSON_TYPE, readMediaType } from '../../../http/media-types.ts';
import { pathOf, V2 } from './answers.ts';
import { atlasError } from './failure.ts';

/** The one version that this resource has. */
const VERSION = '2023-01-01';

const VENDOR = /^application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json$/i;

/**
 * Versions of the whole second API are asked for by date, and each is served as the newest one before it; the first has none. Throws
 * INVALID_VERSION_DATE.
 */
export function requireVersion(request: FastifyRequest): void {
  if (!pathOf(request).startsWith(`${V2}/`)) return;
  const types = (headerOf(request.raw, 'accept') ?? '').split(',').map(typeOf);
  if (types.some((type) => isServed(VENDOR.exec(type)?.[1]))) return;
  throw atlasError(
    'INVALID_VERSION_DATE',
    `The Accept header names no version that is served. Send: Accept: application/vnd.atlas.${VERSION}+json`,
  );
}

function isServed(date: string | undefined): boolean {
  return date !== undefined && isDate(date) && date >= VERSION;
}

function isDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** Throws UNSUPPORTED_TYPE for a body that is neither plain JSON nor that of a version, whichever it is. */
export function requireJsonType(contentType: string | undefined): void {
  const { type, isUtf8 } = readMediaType(contentType);
  if (isUtf8 && (type === JSON_TYPE || isDate(VENDOR.exec(type)?.[1] ?? ''))) return;
  throw new DomainError('UNSUPPORTED_TYPE', `Send Content-Type: application/json, or application/vnd.atlas.${VERSION}+json, in UTF-8.`);
}

function typeOf(entry: string): string {
  return entry.split(';', 1)[0]?.trim() ?? '';
}
