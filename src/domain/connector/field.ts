import { z } from 'zod';
import type { OlderForm } from './lead.ts';

/** A part of where secrets are sent. Two details with equal parts send their secrets to the same place. */
export type EndpointPart = string | number | boolean | null;

export interface EndpointRule<T> {
  /** The canonical part of the endpoint fingerprint that this field decides. */
  part(value: T | undefined): EndpointPart;
  /** True when going from one part to the other only makes the destination stricter, which needs no re-entry of secrets. */
  stricter?(before: EndpointPart, after: EndpointPart): boolean;
}

/** Spellings where they differ from the field's key: the lead API's input and its snake_case JSON; and the lead API's name for the field's type, a group's input or an enum or `JSONString`, with those that updates and the older mutations take where they are others. */
export interface FieldNames {
  readonly lead?: string;
  readonly snake?: string;
  readonly leadType?: string;
  readonly leadUpdateType?: string;
  readonly leadOlder?: OlderForm;
  /**
   * Names of the field in a self-hosted secret, as drivers spell them, each with a function that reads the value; `true` takes the value as
   * it is.
   */
  readonly selfHosted?: Readonly<Record<string, true | ((value: unknown) => unknown)>>;
  /** Reads the field from a self-hosted secret that is its value as a whole; undefined where it is not. */
  readonly selfHostedWhole?: (held: Readonly<Record<string, unknown>>) => unknown;
}

export interface FieldOptions<T> {
  /** Secrets are sent where this field says: it enters the endpoint fingerprint. `true` takes the value as it is. */
  readonly endpoint?: true | EndpointRule<T>;
  /** Shown among a connection's public identifiers (fields marked `endpoint: true` are, too). */
  readonly identity?: boolean;
  /** Of a secret that only signs, and leaves with no request: a changed destination does not ask for it again. */
  readonly neverSent?: true;
  readonly names?: FieldNames;
  /** Of a secret that is a file with public parts: what is secret of it, and may not be in the report of a check. All of it unless given. */
  readonly secretParts?: (value: T) => readonly string[];
  readonly title?: string;
  readonly description?: string;
}

export interface FieldMeta {
  readonly role: 'setting' | 'secret' | 'group';
  readonly endpoint: EndpointRule<unknown> | null;
  readonly identity: boolean;
  readonly neverSent: boolean;
  readonly names: FieldNames;
  readonly secretParts: ((value: unknown) => readonly string[]) | null;
  readonly title: string | null;
  readonly description: string | null;
  /** The members of a group: one nested object that is replaced whole. */
  readonly members: FieldShape | null;
}

export type FieldShape = Readonly<Record<string, z.ZodType>>;

/** The parsed details of a connector with these fields. */
export type DetailsOf<F extends FieldShape> = z.output<z.ZodObject<F>>;

/** Keyed by the schema object itself: zod's own `.meta()` is lost under `.optional()`, and a field whose role is lost could be stored in clear. */
const metaBySchema = new WeakMap<z.ZodType, FieldMeta>();

const AS_IT_IS: EndpointRule<unknown> = { part: (value) => (value === undefined ? null : (value as EndpointPart)) };

function remember<S extends z.ZodType>(
  schema: S,
  role: FieldMeta['role'],
  options: FieldOptions<z.output<S>>,
  members: FieldShape | null,
): S {
  // `clone` gives each field its own schema object, so that two fields built from one shared schema keep separate metadata.
  const own = schema.clone() as S;
  metaBySchema.set(own, {
    role,
    endpoint: options.endpoint === true ? AS_IT_IS : ((options.endpoint as EndpointRule<unknown> | undefined) ?? null),
    identity: options.identity === true || options.endpoint === true,
    neverSent: options.neverSent === true,
    names: options.names ?? {},
    secretParts: (options.secretParts as FieldMeta['secretParts'] | undefined) ?? null,
    title: options.title ?? null,
    description: options.description ?? null,
    members,
  });
  return own;
}

/** A public field: stored in clear, listed, compared. */
export function setting<S extends z.ZodType>(schema: S, options: FieldOptions<z.output<S>> = {}): S {
  return remember(schema, 'setting', options, null);
}

/** A secret field: sealed at rest, never listed, logged or echoed. */
export function secret<S extends z.ZodType>(schema: S, options: FieldOptions<z.output<S>> = {}): S {
  return remember(schema, 'secret', options, null);
}

/** A nested object that is one field: replaced whole, cleared by `{}`. Its members are settings and secrets of their own. */
export function group<F extends FieldShape>(members: F, options: FieldOptions<z.output<z.ZodObject<F>>> = {}) {
  return remember(z.strictObject(members).optional(), 'group', options as FieldOptions<unknown>, members);
}

/** Fields that the lead API names by their keys behind a prefix, as `databricksToken` of the key `token`. */
export function leadPrefixed<F extends FieldShape>(prefix: string, fields: F): F {
  const prefixed = Object.entries(fields).map(([key, schema]) => {
    const own = schema.clone();
    const meta = fieldMeta(schema, key);
    metaBySchema.set(own, { ...meta, names: { lead: `${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`, ...meta.names } });
    return [key, own] as const;
  });
  // A clone has the type of what it was made of.
  return Object.fromEntries(prefixed) as F;
}

/** Metadata of a field, or throws for a schema that is neither a setting nor a secret. */
export function fieldMeta(schema: z.ZodType, name: string): FieldMeta {
  const meta = metaBySchema.get(schema);
  if (meta === undefined) {
    throw new TypeError(
      `Field "${name}" is neither a setting nor a secret. Wrap the whole schema, .optional() included: setting(text().optional()).`,
    );
  }
  return meta;
}
