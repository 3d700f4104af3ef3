import { requireExpected } from '../../domain/change/base-version.ts';
import { requireReentry } from '../../domain/connection/destination/secret-reentry.ts';
import { camelToSnake, changedFields, type Details, secretLeaves } from '../../domain/connection/details/details.ts';
import { mergeDetails } from '../../domain/connection/details/merge-details.ts';
import { parseDetails } from '../../domain/connection/details/parse-details.ts';
import { readWireDetails } from '../../domain/connection/details/wire-details.ts';
import { type Connector, foldKind } from '../../domain/connector/connector.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { changedFacets, type Facets, withFacets } from '../../domain/version/facets.ts';
import { requireOwnExternalId } from '../aws/gateway-access.ts';
import { connectorOf } from '../connections/find-connector.ts';
import { type LoadedConnection, loadConnection } from '../connections/load-connection.ts';
import { openDetails, sealDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireOwnSite } from '../sites/require-site.ts';
import { insertChange, type StagedChange } from './insert-change.ts';
import { observeRefusal } from './observe-refusal.ts';

export interface StageUpdate {
  readonly connectionId: string;
  /** Fields in any of their spellings: absent keeps, `null` clears, a value sets. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The changes are the whole details, so an absent field is cleared. */
  readonly replace?: boolean;
  /** Members of a group are merged as fields are, in place of the group as a whole. */
  readonly mergesGroups?: boolean;
  /** Refuses a connection of a kind that the caller's operation does not serve: it returns the name of the one that does, or null. */
  readonly otherOperation?: (connector: Connector) => string | null;
  /** The changes have the shape of a family's shared input, in which nulls may stand for fields of other members. */
  readonly sharedInput?: boolean;
  /** Where the changes stand in the caller's input, for the paths of errors. */
  readonly path?: string;
  /** What dialects keep with the version, laid over what they keep with the one before. */
  readonly facets?: Facets;
  /** Refuses with VERSION_CONFLICT where another version is CURRENT. */
  readonly expectedVersion?: number;
  /** Another kind, for callers whose operation may change it: what both kinds have is kept. */
  readonly kind?: string;
  /** Where the connection is dialled from, if its caller says so: another site is refused. */
  readonly siteId?: string | null;
}

/**
 * Stages an update: merges it onto the current version, parses the whole, seals it, and stores it with the hash of a temporary
 * key. Dials nothing. Throws NOT_FOUND, BAD_REQUEST, UNKNOWN_OPTION, SECRET_REENTRY_REQUIRED.
 */
export async function stageUpdate(services: Services, actor: Actor, input: StageUpdate): Promise<StagedChange> {
  return await observeRefusal(services, 'update', () => stageMerged(services, actor, input));
}

async function stageMerged(services: Services, actor: Actor, input: StageUpdate): Promise<StagedChange> {
  requirePermission(actor, 'stage');
  const { loaded, connector, base, next, facets } = await readUpdate(services, actor, input);
  const { current } = loaded;
  requireOwnExternalId(services, actor.projectId, connector, next);
  const sealed = await sealDetails(services, connector, { projectId: actor.projectId, connectionId: input.connectionId }, next);
  return await insertChange(services, actor, sealed, {
    purpose: 'update',
    connectionId: input.connectionId,
    baseVersion: current.version,
    kind: connector.kind,
    facets,
    reference: null,
    changedFields: [...changedFields(connector, base, next), ...changedFacets(current.facets, facets)],
    restoredFrom: null,
  });
}

/** Whether an update would make a version like the one before: no value differs, and no secret is given. Throws what staging it would throw. */
export async function isUnchanged(services: Services, actor: Actor, input: StageUpdate): Promise<boolean> {
  requirePermission(actor, 'stage');
  const { loaded, connector, base, next, given, facets } = await readUpdate(services, actor, input);
  const { kind, reference, facets: before } = loaded.current;
  const isSame = connector.kind === kind && reference === null && changedFields(connector, base, next).length === 0;
  return isSame && secretLeaves(connector, given).next().done === true && changedFacets(before, facets).length === 0;
}

/** The details that an update leads to, parsed and stored nowhere. Throws what staging it would throw. */
export async function readUpdate(services: Services, actor: Actor, input: StageUpdate): Promise<ReadUpdate> {
  const loaded = await loadConnection(services, actor, input.connectionId);
  await requireOwnSite(services, loaded.connection, input.siteId);
  const { current } = loaded;
  requireExpected(loaded.connection, input.expectedVersion);
  const connector = input.kind === undefined ? loaded.connector : connectorOf(services, input.kind);
  const other = input.otherOperation?.(connector) ?? null;
  if (other !== null)
    throw badRequest('connectionId', `This connection is of kind "${connector.kind}"; use ${other} for it.`, {
      kind: connector.kind,
      operation: other,
    });
  const changes = readWireDetails(connector, withoutDiscriminator(connector, input.changes), input.path ?? 'changes', {
    sharedInput: input.sharedInput === true,
  });
  if (current.reference !== null) requireReplaced(actor, input);
  const base = ofKind(connector, await openDetails(services, current));
  const { mergesGroups = false, replace } = input;
  const next = parseDetails(connector, mergeDetails(connector, replace === true ? {} : base, changes, { mergesGroups }));
  requireReentry(connector, base, next, changes);
  return { loaded, connector, base, next, given: changes, facets: withFacets(current.facets, input.facets) };
}

interface ReadUpdate {
  readonly loaded: LoadedConnection;
  /** Of the kind that the version will have. */
  readonly connector: Connector;
  readonly base: Details;
  readonly next: Details;
  /** What the caller said, by the connector's field keys. */
  readonly given: Details;
  readonly facets: Facets;
}

/** What a kind has of details that may be another kind's. */
function ofKind(connector: Connector, details: Details): Details {
  return Object.fromEntries(Object.entries(details).filter(([key]) => Object.hasOwn(connector.fields, key)));
}

/** What a reference leads to is not taken over into the gateway: whoever ends it gives the whole details. */
function requireReplaced(actor: Actor, { path = 'changes', replace }: StageUpdate): void {
  if (replace !== true)
    throw badRequest(
      path,
      'The credentials of this connection stay in an outside manager. Change them there, or the reference with updateSelfHostedCredentialsV2; or store the whole details here with updateCredentials and shouldReplace.',
      { operation: 'updateSelfHostedCredentialsV2' },
    );
  requirePermission(actor, 'reference');
}

/** A family's member is named on updates too; naming another one than the connection is would change its kind. */
function withoutDiscriminator(connector: Connector, changes: Details): Details {
  const discriminator = connector.family?.discriminator ?? '';
  const name = [discriminator, camelToSnake(discriminator)].find((spelling) => Object.hasOwn(changes, spelling));
  if (name === undefined) return changes;
  const { [name]: member, ...rest } = changes;
  if (member !== null && member !== undefined && (typeof member !== 'string' || foldKind(member) !== connector.kind)) {
    throw badRequest(name, `This connection is of kind "${connector.kind}"; its kind can't be changed here.`, { kind: connector.kind });
  }
  return rest;
}
