import { z } from 'zod';
import { isOpenUrl } from '../connection/details/open-url.ts';
import { isOneLine } from '../text/one-line.ts';
import type { EndpointRule } from './field.ts';

/** A line of text: well-formed Unicode, no NUL or other control characters, 1 to `max` characters (1,024 by default). */
export function text(max = 1024) {
  return z.string().min(1).max(max).refine(isOneLine, 'must be one line of text without control characters');
}

/** A secret's text: any well-formed Unicode but NUL, 1 to 64 KiB characters. */
export function secretText() {
  return z
    .string()
    .min(1)
    .max(65_536)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text without NUL');
}

/** A host, as one line of text without credentials: which spellings and addresses may be dialled is the egress policy's to say, where it is dialled. */
export function host() {
  return text(255).refine((value) => !value.includes('@'), 'must be a host alone; user and password have fields of their own');
}

/** A TCP port, 1 to 65535. */
export function port(defaultPort?: number) {
  const schema = z.int().min(1).max(65_535);
  return defaultPort === undefined ? schema : schema.default(defaultPort);
}

/**
 * An http or https URL that holds no credentials, as a parser reads it: it is stored in clear, so neither a user, nor a fragment, nor
 * a parameter of the query that is or looks like a secret.
 */
export function httpUrl() {
  return text(2048).refine(
    isOpenUrl,
    'must be an http or https URL without credentials, fragment, or secrets in its query; what is secret belongs into a field of its own',
  );
}

/** The endpoint of a URL is its origin: a changed path stays at the same place. */
export const ORIGIN: EndpointRule<string> = { part: (value) => (value === undefined ? null : new URL(value).origin) };
