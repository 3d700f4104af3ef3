import { requireExpected } from '../../domain/change/base-version.ts';
import { changedFields, type Details, fieldsOf, splitDetails } from '../../domain/connection/details/details.ts';
import { mergeDetails } from '../../domain/connection/details/merge-details.ts';
import { readWireDetails } from '../../domain/connection/details/wire-details.ts';
import {
  changedReference,
  SECRET_PROVIDERS,
  type SecretProviderName,
  type SecretReference,
} from '../../domain/connection/reference/secret-reference.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import type { ValidationResult } from '../../domain/connector/validation.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import { changedFacets, type Facets, withFacets } from '../../domain/version/facets.ts';
import { requireAssumable } from '../aws/gateway-access.ts';
import { insertChange, type StagedChange } from '../changes/insert-change.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { findConnector } from '../connections/find-connector.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { openDetails, type SealedDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireDialable, requireKnownSite } from '../sites/require-site.ts';
import { validateOne } from '../validations/run/run-validators.ts';
import type { TestOptions } from '../validations/run/validation-run.ts';
import { referenceHash } from './plain-settings.ts';
import { resolveReference } from './resolve-reference.ts';

/** Where a secret is, as a caller says it. */
export interface GivenPath {
  /** A path that comes in parts is made of them and of the one in use; it throws BAD_REQUEST for a part that is missing. Null where nothing is said. */
  readonly value: string | ((kept: string | null) => string) | null;
  /** The caller's field. */
  readonly field: string;
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

/**
 * Stages a connection to be created whose credentials stay in an outside manager. Nothing is read or dialled. Throws BAD_REQUEST,
 * UNKNOWN_OPTION, and FORBIDDEN where the operator granted nothing of the kind.
 */
export async function stageReferenceCreation(services: Services, actor: Actor, input: NewReference): Promise<StagedChange> {
  return await observeRefusal(services, 'create', async () => {
    requirePermission(actor, 'create');
    requirePermission(actor, 'reference');
    await requireKnownSite(services, actor, input.siteId);
    const { connector, reference, beside } = await readNew(services, actor, input);
    const connectionId = services.newId();
    return await insertChange(
      services,
      actor,
      refer(services, { projectId: actor.projectId, connectionId, kind: connector.kind, settings: beside }, reference),
      {
        purpose: 'create',
        connectionId,
        baseVersion: null,
        kind: connector.kind,
        facets: input.facets ?? {},
        reference,
        changedFields: ['reference', ...changedFields(connector, {}, beside)],
        restoredFrom: null,
      },
    );
  });
}

export interface ReferenceUpdate {
  readonly connectionId: string;
  readonly reference: GivenReference;
  /** Keeps nothing of the reference in use or of the settings beside it. */
  readonly replace: boolean;
  /** What dialects keep with the version, laid over what they keep with the one before. */
  readonly facets?: Facets;
  /** Refuses with VERSION_CONFLICT where another version is CURRENT. */
  readonly expectedVersion?: number;
}

/** Stages another reference for a connection, or the first one for one whose credentials are stored here. Throws as for a new one. */
export async function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await observeRefusal(services, 'update', async () => {
    requirePermission(actor, 'stage');
    requirePermission(actor, 'reference');
    const { connection, connector, current } = await loadConnection(services, actor, input.connectionId);
    requireExpected(connection, input.expectedVersion);
    const facets = withFacets(current.facets, input.facets);
    const before = await openDetails(services, current);
    const isKept = current.reference !== null && !input.replace;
    const reference = await readReference(services, actor, input.reference, isKept ? current.reference : null);
    const beside = readBeside(connector, isKept ? before : {}, input.reference.beside);
    return await insertChange(
      services,
      actor,
      refer(services, { projectId: actor.projectId, connectionId: input.connectionId, kind: connector.kind, settings: beside }, reference),
      {
        purpose: 'update',
        connectionId: input.connectionId,
        baseVersion: current.version,
        kind: connector.kind,
        facets,
        reference,
        changedFields: [
          ...changedReference(current.reference, reference),
          ...changedFields(connector, before, beside),
          ...changedFacets(current.facets, facets),
        ],
        restoredFrom: null,
      },
    );
  });
}

/** Runs one validator on what a reference leads to, and stores nothing of it. */
export async function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'create');
  requirePermission(actor, 'reference');
  const { connector, reference, beside } = await readNew(services, actor, input);
  await requireDialable(services, actor, input.siteId);
  const connectionId = services.newId();
  const { projectId } = actor;
  const row = { projectId, connectionId, kind: connector.kind, settings: beside, candidateHash: Buffer.alloc(0), reference };
  const subject = {
    connector,
    connectionId,
    open: (options: { readonly fresh: boolean }) => resolveReference(services, actor, row, options),
    reference,
    current: null,
    identity: null,
  };
  return await validateOne({ services, actor, subject, options: input }, input.validator);
}

async function readNew(services: Services, actor: Actor, { kind, reference: given }: NewReference) {
  const connector = findConnector(services, kind, {}, 'connectionDetails');
  return { connector, reference: await readReference(services, actor, given, null), beside: readBeside(connector, {}, given.beside) };
}

function refer(
  services: Services,
  row: Parameters<typeof referenceHash>[1],
  reference: SecretReference,
): Pick<SealedDetails, 'settings' | 'candidateHash'> & { readonly content: null } {
  return { settings: row.settings, content: null, candidateHash: referenceHash(services, row, reference) };
}

async function readReference(
  services: Services,
  actor: Actor,
  { provider: named, paths, key: givenKey, externalId = null }: GivenReference,
  base: SecretReference | null,
): Promise<SecretReference> {
  const fields = [...new Set(SECRET_PROVIDERS.map((name) => paths[name].field))].join(' or ');
  const given = SECRET_PROVIDERS.filter((name) => paths[name].value !== null);
  // One place alone says whose it is, and replaces the one in use.
  const provider = named ?? (given.length === 1 ? given[0] : base?.provider);
  if (provider === undefined) throw badRequest('selfHostedCredentialsType', `Say whose secret it is, with ${fields}.`);
  const foreign = SECRET_PROVIDERS.find((other) => other !== provider && paths[other].value !== null);
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
function readBeside(connector: Connector, base: Details, given: GivenReference['beside']): Details {
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
