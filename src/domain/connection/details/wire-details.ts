import { z } from 'zod';
import type { Connector } from '../../connector/connector.ts';
import { type Details, type Field, fieldsOf, isPlainObject, membersOf, spellingsOf } from './details.ts';
import { UnfitDetails } from './unfit-details.ts';

/**
 * Turns a caller's object into field keys, whatever spelling it used. A field given twice under two spellings with two values is
 * BAD_REQUEST, one that the kind does not have is UNKNOWN_OPTION, a way to log in that no driver speaks DRIVER_NOT_INSTALLED. With `sharedInput` the object has the shape of a family's input: clients
 * send null for everything that they leave empty, so a null in a field of another member is ignored.
 */
export function readWireDetails(
  connector: Connector,
  wire: Readonly<Record<string, unknown>>,
  at = '',
  { sharedInput }: { readonly sharedInput: boolean } = { sharedInput: false },
): Details {
  const owner = `kind "${connector.kind}"`;
  const fields = fieldsOf(connector);
  if (connector.family === null) return readShape(owner, wire, fields, at);
  const own = bySpellingOf(fields);
  const flat = connector.family.flatten(wire, (name) => own.has(name));
  const undrivable = connector.family.undrivable?.(flat) ?? null;
  if (undrivable !== null && !own.has(undrivable.path)) throw notDriven(undrivable, at);
  const meant = sharedInput ? Object.fromEntries(Object.entries(flat).filter(([name, value]) => value !== null || own.has(name))) : flat;
  return readShape(owner, meant, fields, at);
}

function notDriven({ path, message }: { readonly path: string; readonly message: string }, at: string): UnfitDetails {
  const whole = at === '' ? path : `${at}.${path}`;
  return new UnfitDetails('DRIVER_NOT_INSTALLED', `${whole}: ${message}.`, { path: whole });
}

function readShape(owner: string, wire: Readonly<Record<string, unknown>>, fields: readonly Field[], at: string): Details {
  const bySpelling = bySpellingOf(fields);
  const details: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wire)) {
    if (value === undefined) continue;
    const shown = /^\w{1,64}$/.test(name) ? name : '?';
    const path = at === '' ? shown : `${at}.${shown}`;
    const field = bySpelling.get(name);
    if (field === undefined) {
      const known = fields.map(({ key, meta }) => meta.names.lead ?? key);
      throw new UnfitDetails('UNKNOWN_OPTION', `${namedSafely(path)}: the ${owner} has no such field; it has ${known.join(', ')}.`, {
        path: namedSafely(path),
        known,
      });
    }
    const read =
      field.meta.members !== null && isPlainObject(value)
        ? readShape(`group "${field.key}"`, value, membersOf(field.meta), path)
        : readNumber(field.schema, value);
    if (Object.hasOwn(details, field.key) && details[field.key] !== read)
      throw new UnfitDetails('BAD_REQUEST', `${path}: the field is given twice, under two spellings with two values.`, { path });
    details[field.key] = read;
  }
  return details;
}

function bySpellingOf(fields: readonly Field[]): ReadonlyMap<string, Field> {
  let found = spelledFields.get(fields);
  if (found === undefined) {
    found = new Map(fields.flatMap((field) => spellingsOf(field.key, field.meta).map((spelling) => [spelling, field] as const)));
    spelledFields.set(fields, found);
  }
  return found;
}

const spelledFields = new WeakMap<readonly Field[], ReadonlyMap<string, Field>>();

/** A name that a caller made up is repeated only when it looks like one: it could be a value that slipped into the wrong place. */
function namedSafely(path: string): string {
  return path.split('.').every((part) => /^[A-Za-z]\w{0,30}$/.test(part)) ? path : (path.split('.')[0] ?? '');
}

/** Real clients send numbers as strings. */
export function readNumber(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d{1,10}$/.test(value)) return value;
  let bare: z.ZodType = schema;
  while (bare instanceof z.ZodOptional || bare instanceof z.ZodDefault) bare = bare.unwrap() as z.ZodType;
  return bare instanceof z.ZodNumber ? Number(value) : value;
}
