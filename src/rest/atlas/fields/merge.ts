import { looksMasked } from '../../../domain/connection/details/partial-mask.ts';
import { type FieldProblem, problemWith } from './field-problems.ts';
import { type AtlasService, KNOWN_FIELDS, keyOf, type ServiceField } from './services.ts';

export type Body = Readonly<Record<string, unknown>>;

/** By the kind's names: a value sets, null clears, and what is absent stays. */
export type Changes = Readonly<Record<string, unknown>>;

export type Merged = { readonly changes: Changes } | { readonly problems: readonly FieldProblem[] };

/** What a connection shows of its secrets, by the kind's names: absent for what is not set, null where nothing of it is shown. */
export type Masks = Readonly<Record<string, string | null>>;

/** The details of a new integration. A mask is no secret, and an empty text in the place of something required is nothing. */
export function detailsOf(service: AtlasService, body: Body): Merged {
  return merged(service, body, (field, value) => {
    if (isAbsent(field, value)) return field.required === true ? missing(field.name) : field.default;
    if (value === null) return undefined;
    return field.mask !== undefined && isMask(value) ? masked(field.name) : checked(field, value);
  });
}

/** What replacing an integration changes. Clients make the body from what they read, so that masks, nulls and the id come back. */
export function replacementOf(service: AtlasService, stored: Masks, body: Body): Merged {
  return merged(service, body, (field, value) =>
    field.mask === undefined ? replaceSetting(field, value) : replaceSecret(field, stored, value),
  );
}

/** The same where nothing is stored that it could be laid over: what is wrong with it in any case. */
export function replacementOfNothing(service: AtlasService, body: Body): Merged {
  return merged(service, body, (field, value) => {
    if (field.mask === undefined) return replaceSetting(field, value);
    // What is left out, or a mask, would have stood for what is stored.
    return value === undefined || value === null || isMask(value) ? undefined : replaceSecret(field, {}, value);
  });
}

/** A problem, a value to store, null to clear, undefined to leave as it is. */
type Outcome = FieldProblem | string | boolean | null | undefined;

function merged(service: AtlasService, body: Body, outcomeOf: (field: ServiceField, value: unknown) => Outcome): Merged {
  const changes: Record<string, unknown> = {};
  const problems = ownProblems(service, body);
  for (const field of service.fields) {
    const outcome = outcomeOf(field, body[field.name]);
    if (typeof outcome === 'object' && outcome !== null) problems.push(outcome);
    else if (outcome !== undefined) changes[keyOf(field)] = outcome;
  }
  problems.push(...foreignProblems(service, body));
  return problems.length > 0 ? { problems } : { changes: withOrigin(changes) };
}

function isAbsent({ rule, nullable }: ServiceField, value: unknown): boolean {
  return value === undefined || (value === null && nullable !== true) || (value === '' && rule.is !== 'boolean');
}

function replaceSetting(field: ServiceField, value: unknown): Outcome {
  if (!isAbsent(field, value)) return value === null ? null : checked(field, value);
  if (field.required === true) return missing(field.name);
  return field.absent === 'default' ? (field.default ?? null) : null;
}

function replaceSecret(field: ServiceField, stored: Masks, value: unknown): Outcome {
  const { name, required = false, mask, absent } = field;
  const shown = stored[keyOf(field)];
  const isStored = shown !== undefined;
  const cleared = isStored ? null : undefined;
  if (value === undefined || (value === null && required)) {
    if (absent === 'clear') return cleared;
    return isStored || !required ? undefined : missing(name);
  }
  if (value === null) return cleared;
  if (mask !== 'none' && isStored && value === shown) return undefined;
  if (mask !== 'none' && isMask(value)) return masked(name);
  if (value === '') return required ? missing(name) : cleared;
  return checked(field, value);
}

function checked({ name, rule }: ServiceField, value: unknown): Outcome {
  // A value that has no problem is of one of these types.
  return problemWith(name, rule, value) ?? (value as string | boolean);
}

/** What every body may hold beside the fields. */
function ownProblems({ type }: AtlasService, body: Body): FieldProblem[] {
  const isText = (name: string) => body[name] === undefined || body[name] === null || typeof body[name] === 'string';
  return [
    ...['id', 'type'].flatMap((field) => (isText(field) ? [] : [wrongType(field)])),
    ...(typeof body.type === 'string' && body.type !== type
      ? [{ field: 'type', code: 'INVALID_ATTRIBUTE' as const, description: 'is another than the type in the path' }]
      : []),
  ];
}

/** Fields of other services are ignored. One that nobody knows is a mistake, unless it says nothing: switches that are new begin as false. */
function foreignProblems({ alwaysNull = [] }: AtlasService, body: Body): FieldProblem[] {
  return Object.entries(body).flatMap(([name, value]) => {
    if (alwaysNull.includes(name)) return value === null ? [] : [invalid(name, 'must be null')];
    if (KNOWN_FIELDS.has(name) || value === null || value === false || value === '') return [];
    return [{ field: safeName(name), code: 'INVALID_ATTRIBUTE' as const, description: 'is not known' }];
  });
}

/** A name that is none could be anything that a client has mixed up, so it is not repeated. */
function safeName(name: string): string {
  return /^[A-Za-z_]{1,40}$/.test(name) ? name : 'body';
}

function isMask(value: unknown): boolean {
  return typeof value === 'string' && looksMasked(value);
}

function missing(field: string): FieldProblem {
  return { field, code: 'MISSING_ATTRIBUTE', description: 'is required' };
}

function wrongType(field: string): FieldProblem {
  return { field, code: 'INVALID_JSON_ATTRIBUTE', description: 'must be a string' };
}

function masked(field: string): FieldProblem {
  return invalid(field, 'is a mask, and not the one of the stored value: send the value itself, or leave the field out to keep it');
}

function invalid(field: string, description: string): FieldProblem {
  return { field, code: 'INTEGRATION_FIELDS_INVALID', description };
}

/** A kind whose URL is a secret has the origin of it beside it. */
function withOrigin(changes: Changes): Changes {
  const { url } = changes;
  return typeof url === 'string' ? { ...changes, origin: new URL(url).origin } : changes;
}
