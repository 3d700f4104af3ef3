import { type Details, fieldsOf, splitDetails } from '../../domain/connection/details/details.ts';
import { mergeDetails } from '../../domain/connection/details/merge-details.ts';
import { readWireDetails } from '../../domain/connection/details/wire-details.ts';
import { SECRET_PROVIDERS, type SecretProviderName, type SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { type Actor, requireWholeProject } from '../../domain/token/actor.ts';
import type { Facets } from '../../domain/version/facets.ts';
import { requireAssumable } from '../aws/gateway-access.ts';
import { findConnector } from '../connections/find-connector.ts';
import type { Services } from '../services.ts';

/** Where a secret is, as a caller says it. */
export interface GivenPath {
  /** A path that comes in parts is made of them and of the one in use; it throws BAD_REQUEST for a part that is missing. Null where nothing is said. */
  readonly value: string | ((kept: string | null) => string) | null;
  /** The caller's field. */
  readonly field: string;
  /** Whose references hold all that was given, too, so that it is no sign of whose secret is meant. */
  readonly also?: readonly SecretProviderName[];
}

/** A reference as a caller names it, in whole or in part. */
export interface GivenReference {
  /** Absent keeps the one in use. */
  readonly provider?: SecretProviderName;
  readonly paths: Readonly<Record<SecretProviderName, GivenPath>>;
  /** The external id that the caller says a role of AWS's is assumed with, which has to be the project's own. */
  readonly externalId?: string | null;
  /** Absent keeps the one in use of the same secret; null for the whole secret. */
  readonly key?: string | null;
  /** Settings of the connection itself, which are no part of the secret, in any spelling: absent keeps, null clears. */
  readonly beside: Readonly<Record<string, unknown>>;
}

export interface NewReference {
  readonly kind: string;
  readonly reference: GivenReference;
  readonly facets?: Facets;
  readonly siteId?: string | null;
}

/** What is said of a connection to be created: its kind, its reference and what stands beside that. */
export async function readNewReference(services: Services, actor: Actor, { kind, reference: given }: NewReference) {
  const connector = findConnector(services, kind, {}, 'connectionDetails');
  return { connector, reference: await readReference(services, actor, given, null), beside: readBeside(connector, {}, given.beside) };
}

/** A reference that the operator lets the project name, made of what is said and of the one in use. */
export async function readReference(
  services: Services,
  actor: Actor,
  { provider: named, paths, key: givenKey, externalId = null }: GivenReference,
  base: SecretReference | null,
): Promise<SecretReference> {
  const fields = [...new Set(SECRET_PROVIDERS.map((name) => paths[name].field))].join(' or ');
  const isGiven = (name: SecretProviderName) => paths[name].value !== null;
  const given = SECRET_PROVIDERS.filter((name) => isGiven(name) && paths[name].also?.some(isGiven) !== true);
  // One place alone says whose it is, and replaces the one in use.
  const provider = named ?? (given.length === 1 ? given[0] : base?.provider);
  if (provider === undefined) throw badRequest('selfHostedCredentialsType', `Say whose secret it is, with ${fields}.`);
  const foreign = SECRET_PROVIDERS.find((other) => other !== provider && isGiven(other) && paths[other].also?.includes(provider) !== true);
  const { value, field } = paths[provider];
  if (foreign !== undefined)
    throw badRequest(paths[foreign].field, `${paths[foreign].field} does not belong to a reference of this type; ${field} does.`);
  const kept = base?.provider === provider ? base : null;
  const path = typeof value === 'function' ? value(kept?.path ?? null) : (value ?? kept?.path);
  if (path === undefined) throw badRequest(field, `${field} is required.`);
  const { isPath, pathForm, isWithin, ownRoots, roleOf } = services.secrets.providers[provider];
  if (!isPath(path)) throw badRequest(field, pathForm);
  const key = givenKey === undefined ? (path === kept?.path ? kept.key : null) : readKey(givenKey);
  const reference = { provider, path, key };
  if (ownRoots !== undefined) {
    requireWholeProject(actor, 'A secret');
    return reference;
  }
  const grants = await services.store.read.providerGrants.of(actor.projectId);
  if (!grants.some((grant) => grant.provider === provider && isWithin(path, grant.prefix)))
    throw new DomainError(
      'FORBIDDEN',
      `The operator has granted this project no such ${provider} secret. Ask for it: changeover secret grant.`,
      {
        path: field,
        provider,
      },
    );
  const role = roleOf?.(path) ?? null;
  if (role !== null) await requireAssumable(services, actor.projectId, role, externalId);
  else if (externalId !== null) throw badRequest('externalId', 'externalId is for assumableRole, which is not given.');
  return reference;
}

function readKey(key: string | null): string | null {
  if (key === null || /^[A-Za-z0-9_.-]{1,128}$/.test(key)) return key;
  throw badRequest('secretKey', 'The name of a member has 1 to 128 letters, digits, dots, dashes and underscores.');
}

/** Settings alone: whatever is secret stays in the secret. They are parsed with the secret, when that is read. */
export function readBeside(connector: Connector, base: Details, given: GivenReference['beside']): Details {
  const read = readWireDetails(connector, given, 'settings');
  const { settings, secrets } = splitDetails(connector, mergeDetails(connector, base, read));
  const [hidden] = Object.keys(secrets);
  if (hidden !== undefined) throw badRequest(`settings.${hidden}`, `${hidden} is, or holds, a secret: it belongs into the secret itself.`);
  for (const { key, schema, meta } of fieldsOf(connector)) {
    const name = meta.names.lead ?? key;
    if (Object.hasOwn(settings, key) && !schema.safeParse(settings[key]).success)
      throw badRequest(`settings.${name}`, `${name} is not valid for kind "${connector.kind}".`);
  }
  return settings;
}
