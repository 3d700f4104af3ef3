import { z } from 'zod';
import { isOpenUrl } from '../connection/details/open-url.ts';
import type { EgressSession } from './egress.ts';
import type { FamilyInputs, LeadKind } from './lead.ts';
import type { Problem, ValidatorData } from './validation.ts';

/**
 * What a connector is: one object that defines a kind. GraphQL inputs, test and update mutations, checks, the form's
 * JSON Schema, CLI prompts, redaction and the reference page are all derived from it; nothing else names a kind.
 */

/** A part of where secrets are sent. Two details with equal parts send their secrets to the same place. */
export type EndpointPart = string | number | boolean | null;

export interface EndpointRule<T> {
  /** The canonical part of the endpoint fingerprint that this field decides. */
  part(value: T | undefined): EndpointPart;
  /** True when going from one part to the other only makes the destination stricter, which needs no re-entry of secrets. */
  stricter?(before: EndpointPart, after: EndpointPart): boolean;
}

/** Spellings where they differ from the field's key: the lead API's input and its snake_case JSON; and the lead API's name for the field's type, a group's input or an enum, with the one that updates take where that is another. */
export interface FieldNames {
  readonly lead?: string;
  readonly snake?: string;
  readonly leadType?: string;
  readonly leadUpdateType?: string;
  /** How the driver spells it in a self-hosted secret, each spelling with how its value reads; `true` takes it as it is. */
  readonly selfHosted?: Readonly<Record<string, true | ((value: unknown) => unknown)>>;
}

export interface FieldOptions<T> {
  /** Secrets are sent where this field says: it enters the endpoint fingerprint. `true` takes the value as it is. */
  readonly endpoint?: true | EndpointRule<T>;
  /** Shown among a connection's public identifiers (fields marked `endpoint: true` are, too). */
  readonly identity?: boolean;
  readonly names?: FieldNames;
  readonly title?: string;
  readonly description?: string;
}

export interface FieldMeta {
  readonly role: 'setting' | 'secret' | 'group';
  readonly endpoint: EndpointRule<unknown> | null;
  readonly identity: boolean;
  readonly names: FieldNames;
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
    names: options.names ?? {},
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

/** A line of text: well-formed Unicode, no NUL or other control characters, 1 to `max` characters (1,024 by default). */
export function text(max = 1024) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'must be one line of text without control characters');
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

/** What a validator is given. Plain data and the guarded way out; it runs in a worker that has no other. */
export interface ValidatorInput<D> {
  /** Settings and secrets of the candidate, parsed. */
  readonly credentials: D;
  /** Settings of the version in use, of the same kind, or `null` where there is none yet; its secrets too for a validator that `comparesLogins`. */
  readonly current: Partial<D> | null;
  readonly options: ValidatorOptions;
  readonly egress: EgressSession;
  /** Aborts at the one overall deadline; a validator passes it on to whatever it waits for. */
  readonly signal: AbortSignal;
}

export interface ValidatorOptions {
  /** Prove that the login works, and leave out what it is permitted to do. */
  readonly skipPermissionTests: boolean;
}

export interface ValidatorReport {
  /** Nothing listed means passed; an error fails it; warnings alone never do. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly data?: ValidatorData;
}

export interface Validator<D = never> {
  readonly name: string;
  readonly description: string;
  /** A commit needs this one passed for exactly its candidate. */
  readonly mandatory: boolean;
  /** For health checks of saved versions, which do not run yet. */
  readonly periodic: boolean;
  /** Names of validators that must have passed first; when one failed, this one is skipped. */
  readonly after: readonly string[];
  /** Is given the secrets of the version in use, to log in with them where that version says; else it sees public settings only. */
  readonly comparesLogins: boolean;
  run(input: ValidatorInput<D>): Promise<ValidatorReport>;
}

type ValidatorDefinition<D> = Pick<Validator<D>, 'description' | 'run'> &
  Partial<Pick<Validator<D>, 'mandatory' | 'periodic' | 'after' | 'comparesLogins'>>;

export function validator<D>(name: string, definition: ValidatorDefinition<D>): Validator<D> {
  return { mandatory: false, periodic: false, after: [], comparesLogins: false, ...definition, name };
}

export type ConnectorCategory = 'database' | 'warehouse' | 'bi' | 'etl' | 'streaming' | 'notification' | 'other';

/**
 * An input that many kinds share. Members are told apart by the discriminator (`dbType`); a field of the shared input
 * that a member does not have is UNKNOWN_OPTION for it.
 */
export interface Family {
  readonly name: string;
  /** The kind that stands for any member on input and as the output's connection type, e.g. `transactional-db`. */
  readonly kind: string;
  readonly discriminator: string;
  /** Moves nested wire groups to the fields they stand for; the given object is left as it is. */
  flatten(wire: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** The inputs of the lead API that the members share. */
  readonly lead: FamilyInputs;
}

/** A defined kind. What its fields parse to is known where it is defined, checked there, and of no concern to those who derive from it. */
export interface Connector {
  /** Lower-kebab. */
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  readonly family: Family | null;
  readonly fields: FieldShape;
  readonly rules: readonly Rule<never>[];
  readonly validators: readonly Validator[];
  /** An npm package that the validators import lazily, with the command that installs it, when it is optional. */
  readonly driver: { readonly packageName: string; readonly install: string } | null;
  readonly lead: LeadKind;
}

/** A rule across fields: the path it concerns and what to say, or `null` when it holds. The text never holds a value. */
export type Rule<D> = (details: D) => { readonly path: string; readonly message: string } | null;

export interface ConnectorDefinition<F extends FieldShape> {
  readonly kind: string;
  readonly title: string;
  readonly category: ConnectorCategory;
  readonly family?: Family;
  readonly fields: F;
  readonly rules?: readonly Rule<DetailsOf<F>>[];
  readonly validators: readonly Validator<DetailsOf<F>>[];
  readonly driver?: { readonly packageName: string; readonly install: string };
  readonly lead?: LeadKind;
}

const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const FIELD = /^[a-z][A-Za-z0-9]*$/;
const VALIDATOR = /^validate_[a-z0-9_]+$/;

/** Checks the definition at load, so that a connector with a mistake never starts. Throws TypeError naming the mistake. */
export function defineConnector<F extends FieldShape>(definition: ConnectorDefinition<F>): Connector {
  const fail = (what: string): never => {
    throw new TypeError(`Connector "${definition.kind}": ${what}`);
  };
  if (!KIND.test(definition.kind)) fail('a kind is lower-kebab.');
  checkFields(definition.fields, '', fail);
  requireEndpoint(definition.fields, fail);
  const seen = new Set<string>();
  for (const { name, after } of definition.validators) {
    if (!VALIDATOR.test(name)) fail(`validator "${name}" must be named validate_*.`);
    if (seen.has(name)) fail(`validator "${name}" is defined twice.`);
    for (const earlier of after)
      if (!seen.has(earlier)) fail(`validator "${name}" comes after "${earlier}", which is not listed before it.`);
    seen.add(name);
  }
  const first = definition.validators[0];
  if (first?.name !== 'validate_connection' || !first.mandatory) fail('the first validator is the mandatory validate_connection.');
  const connector = Object.freeze({
    ...definition,
    family: definition.family ?? null,
    rules: definition.rules ?? [],
    driver: definition.driver ?? null,
    lead: definition.lead ?? {},
  });
  defined.add(connector);
  return connector;
}

const defined = new WeakSet<object>();

/** True for what this very module's `defineConnector` made: another copy's fields would have lost their roles here. */
export function isConnector(value: unknown): value is Connector {
  return typeof value === 'object' && value !== null && defined.has(value);
}

/** Without one, a stored secret would go wherever somebody changes the other fields to. */
function requireEndpoint(fields: FieldShape, fail: (what: string) => never): void {
  const metas = Object.entries(fields).map(([key, schema]) => ({ key, meta: fieldMeta(schema, key) }));
  const secrets = metas.flatMap(({ key, meta }) =>
    [meta, ...Object.entries(meta.members ?? {}).map(([name, schema]) => fieldMeta(schema, name))].some(({ role }) => role === 'secret')
      ? [key]
      : [],
  );
  if (secrets.length > 0 && !metas.some(({ meta }) => meta.endpoint !== null && meta.role !== 'secret'))
    fail(
      `"${secrets[0]}" is, or holds, a secret, and no setting says where it is sent. Mark those that do, such as setting(host(), { endpoint: true }) or setting(httpUrl(), { endpoint: ORIGIN }).`,
    );
  for (const { key, meta } of metas)
    if (meta.role === 'secret' && meta.endpoint !== null)
      fail(`"${key}" is a secret and can't say where secrets are sent: a setting does.`);
  for (const { key, meta } of metas)
    for (const [name, schema] of Object.entries(meta.members ?? {}))
      if (fieldMeta(schema, name).endpoint !== null)
        fail(`"${key}.${name}" stands in a group, which has its own endpoint: group(members, { endpoint: { part: ... } }).`);
}

function checkFields(fields: FieldShape, prefix: string, fail: (what: string) => never): void {
  for (const [key, schema] of Object.entries(fields)) {
    if (!FIELD.test(key)) fail(`field "${prefix}${key}" must be lowerCamelCase.`);
    const meta = fieldMeta(schema, prefix + key);
    if (meta.members !== null) {
      if (prefix !== '') fail(`group "${prefix}${key}" may not be nested in another group.`);
      checkFields(meta.members, `${key}.`, fail);
    }
  }
}

/** Folds a caller's spelling of a kind: case, `_` and `-` make no difference. */
export function foldKind(kind: string): string {
  return kind.trim().toLowerCase().replaceAll('_', '-');
}
