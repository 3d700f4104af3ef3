import { z } from 'zod';
import { type Connector, type FieldMeta, fieldMeta } from '../connector/connector.ts';
import { badRequest, DomainError, type ErrorCode } from '../errors/errors.ts';

/**
 * Details are the settings and secrets of a connection together, by the connector's own field keys. They exist in memory
 * only between parsing and sealing, and between opening and use.
 */
export type Details = Readonly<Record<string, unknown>>;

/** What we show in place of a secret. It is never stored: sent back, it is refused. */
export const MASK = '********';

export interface Field {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly meta: FieldMeta;
}

/** A connector's fields in the order of its definition. */
export function fieldsOf(connector: Connector): readonly Field[] {
  let fields = fieldsByConnector.get(connector);
  if (fields === undefined) {
    fields = Object.entries(connector.fields).map(([key, schema]) => ({ key, schema, meta: fieldMeta(schema, key) }));
    fieldsByConnector.set(connector, fields);
  }
  return fields;
}

const fieldsByConnector = new WeakMap<Connector, readonly Field[]>();

export function camelToSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every spelling under which a caller may send a field, its key first. */
export function spellingsOf(key: string, meta: FieldMeta): readonly string[] {
  const lead = meta.names.lead ?? key;
  return [...new Set([key, lead, meta.names.snake ?? camelToSnake(lead), camelToSnake(lead), camelToSnake(key)])];
}

/**
 * Turns a caller's object into field keys, whatever spelling it used. A field given twice under two spellings with two values is
 * BAD_REQUEST, one that the kind does not have is UNKNOWN_OPTION. With `sharedInput` the object has the shape of a family's input:
 * clients fill what they leave empty with null there, so a null in a field of other members says nothing.
 */
export function readWireDetails(
  connector: Connector,
  wire: Readonly<Record<string, unknown>>,
  at = '',
  { sharedInput }: { readonly sharedInput: boolean } = { sharedInput: false },
): Details {
  const flat = connector.family?.flatten(wire) ?? wire;
  return readShape(`kind "${connector.kind}"`, sharedInput ? withoutForeignNulls(connector, flat) : flat, fieldsOf(connector), at);
}

function withoutForeignNulls(connector: Connector, wire: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (connector.family === null) return wire;
  const own = new Set(fieldsOf(connector).flatMap(({ key, meta }) => spellingsOf(key, meta)));
  return Object.fromEntries(Object.entries(wire).filter(([name, value]) => value !== null || own.has(name)));
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
      throw new DomainError('UNKNOWN_OPTION', `${namedSafely(path)}: the ${owner} has no such field; it has ${known.join(', ')}.`, {
        path: namedSafely(path),
        known,
      });
    }
    const read =
      field.meta.members !== null && isPlainObject(value)
        ? readShape(`group "${field.key}"`, value, membersOf(field.meta), path)
        : readNumber(field.schema, value);
    if (Object.hasOwn(details, field.key) && details[field.key] !== read)
      throw badRequest(path, `${path}: the field is given twice, under two spellings with two values.`);
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

export function membersOf(meta: FieldMeta): readonly Field[] {
  return Object.entries(meta.members ?? {}).map(([key, schema]) => ({ key, schema, meta: fieldMeta(schema, key) }));
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lays changes over a base: absent keeps, `null` clears, a value sets; a group is replaced whole and `{}` clears it. */
export function mergeDetails(connector: Connector, base: Details, changes: Details): Details {
  const merged: Record<string, unknown> = Object.assign({}, base);
  for (const { key, meta } of fieldsOf(connector)) {
    if (!Object.hasOwn(changes, key)) continue;
    const value = changes[key];
    const clears =
      value === null ||
      (meta.members !== null && isPlainObject(value) && Object.values(value).every((member) => member === null || member === undefined));
    if (clears) delete merged[key];
    else merged[key] = meta.members !== null && isPlainObject(value) ? withoutNulls(value) : value;
  }
  return merged;
}

function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined));
}

/**
 * Parses whole details with the connector's fields and rules. Throws BAD_REQUEST with the path of the first problem and all of
 * them (at most 5) in `problems`; the texts are ours, so that no value is ever quoted.
 */
export function parseDetails(connector: Connector, details: Details): Details {
  refuseMasks(connector, details);
  // Without its input, a value of a wrong type could not be told from one that is missing. Issues go no further than this function.
  const parsed = objectOf(connector).safeParse(details, { reportInput: true });
  const problems = parsed.success
    ? connector.rules
        .map((rule) => rule(parsed.data as never))
        .filter((problem) => problem !== null)
        .map(({ path, message }) => ({ path: leadPath(connector, path.split('.')), message }))
    : parsed.error.issues.map((issue) => ({ path: leadPath(connector, issue.path), message: describeIssue(issue) }));
  const [first] = problems;
  if (first !== undefined) {
    throw new DomainError(codeOf(parsed.error?.issues[0]), `${first.path}: ${first.message}.`, {
      path: first.path,
      kind: connector.kind,
      problems: problems.slice(0, 5),
    });
  }
  return parsed.data as Details;
}

const objectByConnector = new WeakMap<Connector, z.ZodType>();

function objectOf(connector: Connector): z.ZodType {
  let object = objectByConnector.get(connector);
  if (object === undefined) {
    object = z.strictObject(connector.fields);
    objectByConnector.set(connector, object);
  }
  return object;
}

function leadPath(connector: Connector, path: readonly PropertyKey[]): string {
  const [key, ...rest] = path.map(String);
  const field = fieldsOf(connector).find((candidate) => candidate.key === key);
  return [field?.meta.names.lead ?? key ?? '', ...rest].filter((part) => part !== '').join('.');
}

/** A builder's refinement may name a code that says more than BAD_REQUEST does. */
function codeOf(issue: z.core.$ZodIssue | undefined): ErrorCode {
  const code: unknown = issue?.code === 'custom' ? issue.params?.code : undefined;
  return code === 'INVALID_HEADER_VALUE' ? code : 'BAD_REQUEST';
}

/** zod's messages can name what was received; ours say only what is expected. */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be of type ${issue.expected}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'holds a field that this kind does not have';
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

/** A mask that we served and that came back is not a secret; stored, it would silently break the connection. */
function refuseMasks(connector: Connector, details: Details): void {
  for (const { path, value } of secretLeaves(connector, details)) {
    if (value === MASK)
      throw badRequest(path, `${path}: this is the mask shown in place of the secret. Leave the field out to keep the secret.`);
  }
}

/** Every secret that the details hold, those in groups included. */
export function* secretLeaves(
  connector: Connector,
  details: Details,
): Generator<{ readonly field: string; readonly path: string; readonly value: unknown }> {
  for (const { key, meta } of fieldsOf(connector)) {
    const value = details[key];
    const name = meta.names.lead ?? key;
    if (value === undefined || value === null) continue;
    if (meta.role === 'secret') yield { field: key, path: name, value };
    if (meta.members !== null && isPlainObject(value)) {
      for (const member of membersOf(meta)) {
        if (member.meta.role === 'secret' && value[member.key] !== undefined)
          yield { field: key, path: `${name}.${member.meta.names.lead ?? member.key}`, value: value[member.key] };
      }
    }
  }
}

export interface SplitDetails {
  /** Stored in clear. */
  readonly settings: Details;
  /** Stored sealed. */
  readonly secrets: Details;
}

export function splitDetails(connector: Connector, details: Details): SplitDetails {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  for (const { key, meta } of fieldsOf(connector)) {
    const value = details[key];
    if (value === undefined) continue;
    if (meta.members === null) {
      (meta.role === 'secret' ? secrets : settings)[key] = value;
    } else if (isPlainObject(value)) {
      const secretKeys = new Set(
        membersOf(meta)
          .filter((member) => member.meta.role === 'secret')
          .map((member) => member.key),
      );
      const entries = Object.entries(value);
      const hidden = entries.filter(([member]) => secretKeys.has(member));
      settings[key] = Object.fromEntries(entries.filter(([member]) => !secretKeys.has(member)));
      if (hidden.length > 0) secrets[key] = Object.fromEntries(hidden);
    }
  }
  return { settings, secrets };
}

export function joinDetails({ settings, secrets }: SplitDetails): Details {
  const joined: Record<string, unknown> = Object.assign({}, settings);
  for (const [key, value] of Object.entries(secrets)) {
    const own = joined[key];
    joined[key] = isPlainObject(own) && isPlainObject(value) ? { ...own, ...value } : value;
  }
  return joined;
}

/** Names (never values) of the fields whose value differs, in the connector's order. */
export function changedFields(connector: Connector, before: Details, after: Details): readonly string[] {
  return fieldsOf(connector)
    .filter(({ key }) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map(({ key, meta }) => meta.names.lead ?? key);
}

export interface Identifier {
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

/** The public fields that tell one connection from another: host, database, user; never a secret. */
export function identifiersOf(connector: Connector, settings: Details): readonly Identifier[] {
  return fieldsOf(connector).flatMap(({ key, meta }) => {
    const value = settings[key];
    if (!meta.identity || meta.role !== 'setting' || value === undefined) return [];
    return [{ key: meta.names.lead ?? key, name: meta.title ?? key, value: String(value) }];
  });
}
