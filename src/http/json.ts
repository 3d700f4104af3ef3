import { isUtf8 } from 'node:buffer';
import { badRequest } from '../domain/errors/errors.ts';
import { repeatsName } from '../domain/json/repeated-names.ts';

/** Most bytes of a body, by what it holds. */
export const MAX_BYTES = { json: 262_144, form: 16_384 } as const;

const BYTE_ORDER_MARK = '\ufeff';

/** What is wrong with a body, for whoever tells that by codes of its own. */
export type BodyFault = 'ENCODING' | 'SYNTAX' | 'NOT_AN_OBJECT' | 'REPEATED_NAME';

/** The text of a body. Throws BAD_REQUEST. */
export function decodeUtf8(body: Buffer): string {
  if (!isUtf8(body)) throw faulty('ENCODING', 'The body is not UTF-8.');
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Parses JSON. Throws BAD_REQUEST, with no piece of the body; also for a name that is given twice, which parsers read differently. */
export function parseJson(body: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw faulty('SYNTAX', 'The body is not valid JSON.');
  }
  if (repeatsName(body, value)) throw faulty('REPEATED_NAME', 'The body gives a name twice.');
  return value;
}

/** The same of an object. */
export function parseObject(body: string): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw faulty('NOT_AN_OBJECT', 'The body must be one JSON object; batches are not served.');
  return value as Readonly<Record<string, unknown>>;
}

function faulty(fault: BodyFault, message: string) {
  return badRequest('body', message, { fault });
}
