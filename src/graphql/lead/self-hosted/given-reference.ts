import { SECRET_PROVIDERS, type SecretProviderName } from '../../../domain/connection/reference/secret-reference.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import type { GivenPath, GivenReference } from '../../../operations/references/read-reference.ts';
import { awsPath } from './secret-paths.ts';
import { givenPath, PATH_FIELDS, READ_TYPES, SELF_HOSTED_TYPES, selfHostedType } from './self-hosted-types.ts';

interface ReferenceInput {
  readonly provider?: SecretProviderName | null | undefined;
  readonly path?: string | null | undefined;
  readonly key?: string | null | undefined;
}

/** Our own input: provider, path and key. */
export function givenReference({ provider, path, key }: ReferenceInput, beside: GivenReference['beside']): GivenReference {
  if (path != null && provider == null) throw badRequest('reference.provider', 'Say whose path it is.');
  return {
    ...(provider == null ? {} : { provider }),
    paths: pathsOf((name) => ({ value: name === provider ? (path ?? null) : null, field: 'reference.path' })),
    ...(key === undefined ? {} : { key }),
    beside,
  };
}

/** Validators are the same wherever the secret stays; a type that nobody has is refused all the same. */
export function requireSelfHostedType(given: string | null | undefined): void {
  const known = SELF_HOSTED_TYPES;
  if (given != null && !known.includes(given.trim().toUpperCase().replaceAll('-', '_')))
    throw badRequest('selfHostedCredentialsType', `selfHostedCredentialsType is one of ${known.join(', ')}.`, { known });
}

/** The lead API's input, which has fields of its own for each manager. */
export function selfHostedReference(given: Readonly<Record<string, unknown>>): GivenReference {
  const { selfHostedCredentialsType: type, connectionType: _, ...rest } = given;
  const provider = type == null ? undefined : selfHostedType(type, 'selfHostedCredentialsType').provider;
  return {
    ...(provider === undefined ? {} : { provider }),
    paths: pathsOf((name) => givenPath(typeOf(name), given)),
    externalId: typeof given.externalId === 'string' ? given.externalId : null,
    beside: Object.fromEntries(Object.entries(rest).filter(([name, value]) => !Object.hasOwn(PATH_FIELDS, name) && value != null)),
  };
}

type KeyForm = Readonly<
  Partial<Record<'selfHostingMechanism' | 'selfHostingKey' | 'region' | 'assumableRole' | 'externalId', string | null | undefined>>
>;

/** The lead API's first form: a mechanism and a key, which is the secret's whole name, and a region for a key that does not say one. */
export function selfHostedByKey(given: KeyForm): GivenReference {
  const { selfHostingKey: key = null, region = null, assumableRole = null, externalId = null } = given;
  const { provider } = selfHostedType(given.selfHostingMechanism ?? null, 'selfHostingMechanism');
  const foreign = (['region', 'assumableRole', 'externalId'] as const).find((name) => given[name] != null);
  if (foreign !== undefined && provider !== 'aws') throw badRequest(foreign, `${foreign} belongs to secrets of AWS.`);
  const path = provider === 'aws' && key !== null ? awsPath({ awsSecret: key, awsRegion: region, assumableRole }, 'region') : key;
  return {
    provider,
    paths: pathsOf((name) => ({ value: name === provider ? path : null, field: 'selfHostingKey' })),
    externalId,
    beside: {},
  };
}

/** As one-shot updates spell them. */
const SNAKE_FIELDS: Readonly<Record<string, string>> = Object.fromEntries(
  ['selfHostedCredentialsType', ...Object.keys(PATH_FIELDS)].map((name) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name,
  ]),
);
/** Beside no secret or key of AWS they are settings of the kind. */
const OF_AWS = new Set(['aws_region', 'assumable_role', 'external_id']);
const AWS_NAMES = ['aws_secret', 'kms_key_id'];

/** The reference that the snake_case changes of a one-shot update hold; null where they hold none. */
export function selfHostedChanges(changes: Readonly<Record<string, unknown>>): GivenReference | null {
  const isOwn = (name: string) =>
    Object.hasOwn(SNAKE_FIELDS, name) && (!OF_AWS.has(name) || AWS_NAMES.some((named) => changes[named] !== undefined));
  const own = Object.entries(changes).filter(([name]) => isOwn(name));
  if (own.length === 0) return null;
  const [wrong] = own.find(([, value]) => typeof value !== 'string' && value !== null) ?? [];
  if (wrong !== undefined) throw badRequest(wrong, `${wrong} has to be a text.`);
  const beside = Object.fromEntries(Object.entries(changes).filter(([name]) => !isOwn(name)));
  return { ...selfHostedReference(Object.fromEntries(own.map(([name, value]) => [SNAKE_FIELDS[name], value]))), beside };
}

function typeOf(name: SecretProviderName) {
  const found = READ_TYPES.find(({ provider }) => provider === name);
  if (found === undefined) throw new TypeError(`no type of self-hosted credentials is of ${name}`);
  return found;
}

function pathsOf(pathOf: (name: SecretProviderName) => GivenPath): GivenReference['paths'] {
  // One for each, which the compiler does not follow through the list.
  return Object.fromEntries(SECRET_PROVIDERS.map((name) => [name, pathOf(name)])) as GivenReference['paths'];
}
