import type { Connector } from '../../connector/connector.ts';
import { DomainError } from '../../errors/errors.ts';
import { SecretError } from '../../errors/secret-error.ts';
import { repeatsName } from '../../json/repeated-names.ts';
import { type Details, type Field, fieldsOf, isPlainObject, membersOf, spellingsOf } from '../details/details.ts';
import { parseDetails } from '../details/parse-details.ts';
import { readNumber } from '../details/wire-details.ts';

export interface SelfHosted {
  readonly details: Details;
  /** Where in the secret they are, as JSON pointers: as the reference says it, and as they were found. */
  readonly members: readonly string[];
  /** The secret itself holds its whole destination: settings beside it change nothing about that. */
  readonly namesDestination: boolean;
}

/**
 * Reads the content of a self-hosted secret: a JSON object of the driver's arguments, flat or under `connect_args`, or a member of one
 * that holds such an object. Members that the kind does not know are left alone. `beside` are settings of the connection itself; they
 * never send a secret somewhere else than it says itself. Throws SecretError naming the field that is missing or wrong, in words of
 * ours alone.
 */
export function readSelfHosted(connector: Connector, content: Uint8Array, key: string | null, beside: Details): SelfHosted {
  const whole = parseObject(content);
  const held = key === null ? whole : memberOf(whole, key);
  const named = pointerOf(key);
  const args = isPlainObject(held.connect_args) ? held.connect_args : null;
  const read = readFields(fieldsOf(connector), args ?? held);
  refuseRedirect(connector, read, beside);
  try {
    return {
      details: parseDetails(connector, { ...read, ...beside }),
      members: args === null ? [named] : [named, `${named}/connect_args`],
      namesDestination: namesDestination(connector, read),
    };
  } catch (error) {
    // The details' own texts name fields and what they expect, and no value.
    if (error instanceof DomainError) throw new SecretError('ill-formed', error.message.replace(/\.$/, ''));
    throw error;
  }
}

function pointerOf(key: string | null): string {
  return key === null ? '' : `/${key}`;
}

/**
 * Only whoever writes such a secret decides where it is sent. A part of the destination that it leaves out must have a default in its kind.
 */
function namesDestination(connector: Connector, read: Details): boolean {
  const parts = fieldsOf(connector).filter(({ meta }) => meta.endpoint !== null);
  return parts.some(({ key }) => Object.hasOwn(read, key)) && parts.every(({ key, schema }) => schema.safeParse(read[key]).success);
}

/** A secret that names any part of its destination names all of it: what it leaves out is what the kind takes for absent. */
function refuseRedirect(connector: Connector, read: Details, beside: Details): void {
  const parts = fieldsOf(connector).filter(({ meta }) => meta.endpoint !== null);
  if (!parts.some(({ key }) => Object.hasOwn(read, key))) return;
  for (const { key, schema, meta } of parts) {
    if (meta.endpoint === null || !Object.hasOwn(beside, key)) continue;
    const name = meta.names.lead ?? key;
    const held = schema.safeParse(read[key]);
    const named = schema.safeParse(beside[key]);
    // An invalid value must not be replaced by the setting beside it.
    if (!held.success && Object.hasOwn(read, key)) throw new SecretError('ill-formed', `${name}: is not valid`);
    if (!held.success || !named.success) continue;
    const [own, other] = [meta.endpoint.part(held.data), meta.endpoint.part(named.data)];
    if (own !== other && meta.endpoint.stricter?.(own, other) !== true)
      throw new SecretError('ill-formed', `the connection names another ${name}`);
  }
}

function parseObject(content: Uint8Array | string): Record<string, unknown> {
  let text: string;
  let held: unknown;
  try {
    text = typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content);
    held = JSON.parse(text);
  } catch {
    throw new SecretError('ill-formed', 'not JSON');
  }
  if (repeatsName(text, held)) throw new SecretError('ill-formed', 'it gives a name twice');
  if (!isPlainObject(held)) throw new SecretError('ill-formed', 'not a JSON object');
  return held;
}

function memberOf(whole: Record<string, unknown>, key: string): Record<string, unknown> {
  const held = Object.hasOwn(whole, key) ? whole[key] : undefined;
  if (held === undefined) throw new SecretError('missing', 'it has no member of that name');
  return isPlainObject(held) ? held : parseObject(typeof held === 'string' ? held : '');
}

function readFields(fields: readonly Field[], args: Readonly<Record<string, unknown>>): Details {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = readField(field, args);
      return value === undefined || value === null ? [] : [[field.key, value]];
    }),
  );
}

function readField({ key, schema, meta }: Field, args: Readonly<Record<string, unknown>>): unknown {
  const asDriver = meta.names.selfHosted ?? {};
  for (const name of [...Object.keys(asDriver), ...spellingsOf(key, meta)]) {
    if (!Object.hasOwn(args, name)) continue;
    const read = asDriver[name];
    const value = typeof read === 'function' ? read(args[name]) : args[name];
    if (meta.members === null || !isPlainObject(value)) return readNumber(schema, value);
    return readFields(membersOf(meta), value);
  }
  return meta.names.selfHostedWhole?.(args);
}
