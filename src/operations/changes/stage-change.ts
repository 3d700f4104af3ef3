import type { Change } from '../../domain/change/change.ts';
import type { SealedContent } from '../../domain/connection/connection.ts';
import {
  camelToSnake,
  changedFields,
  type Details,
  mergeDetails,
  parseDetails,
  readWireDetails,
  secretsToReenter,
} from '../../domain/connection/details.ts';
import { changedReference } from '../../domain/connection/secret-reference.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import {
  connectorOf,
  type LoadedConnection,
  loadConnection,
  openDetails,
  type SealedDetails,
  sealDetails,
} from '../connections/load-connection.ts';
import { findEarlierResult } from '../idempotency/earlier-run.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { actorId, record, type Services, scopeOf, writeAs } from '../services.ts';
import { limitOpenChanges } from './limit-open-changes.ts';
import { newestVersion } from './newest-version.ts';
import { observeRefusal } from './observe-refusal.ts';

/** The change and its temporary key, which is shown this once. */
export interface StagedChange {
  readonly change: Change;
  readonly key: string;
}

export interface StageUpdate {
  readonly connectionId: string;
  /** Fields in any of their spellings: absent keeps, `null` clears, a value sets. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The changes are the whole details, so an absent field is cleared. */
  readonly replace?: boolean;
  /** Refuses a connection of a kind that the caller's operation does not serve: it returns the name of the one that does, or null. */
  readonly otherOperation?: (connector: Connector) => string | null;
  /** The changes have the shape of a family's shared input, in which nulls may stand for fields of other members. */
  readonly sharedInput?: boolean;
  /** Where the changes stand in the caller's input, for the paths of errors. */
  readonly path?: string;
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
  const { loaded, base, next } = await readUpdate(services, actor, input);
  const { connector, current } = loaded;
  const sealed = await sealDetails(services, actor.projectId, input.connectionId, connector, next);
  return await insertChange(services, actor, sealed, {
    purpose: 'update',
    connectionId: input.connectionId,
    baseVersion: current.version,
    kind: connector.kind,
    facets: current.facets,
    reference: null,
    changedFields: changedFields(connector, base, next),
    restoredFrom: null,
  });
}

/** The details that an update leads to, parsed and stored nowhere. Throws what staging it would throw. */
export async function readUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate,
): Promise<{ readonly loaded: LoadedConnection; readonly base: Details; readonly next: Details }> {
  const loaded = await loadConnection(services, actor, input.connectionId);
  const { connector, current } = loaded;
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
  const base = await openDetails(services, current);
  const next = parseDetails(connector, mergeDetails(connector, input.replace === true ? {} : base, changes));
  const reenter = secretsToReenter(connector, base, next, changes);
  if (reenter.length > 0) {
    throw new DomainError('SECRET_REENTRY_REQUIRED', `The change alters where secrets are sent; give them again: ${reenter.join(', ')}.`, {
      path: reenter[0],
      fields: reenter,
    });
  }
  return { loaded, base, next };
}

/** The credentials behind a reference are not copied into the gateway: whoever ends the reference gives the whole details. */
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
  if (
    member !== null &&
    member !== undefined &&
    (typeof member !== 'string' || member.trim().toLowerCase().replaceAll('_', '-') !== connector.kind)
  ) {
    throw badRequest(name, `This connection is of kind "${connector.kind}"; its kind can't be changed here.`, { kind: connector.kind });
  }
  return rest;
}

/**
 * Stages the content of a PREVIOUS version again, for an actor of whom the right to roll back was asked. Nothing is sealed anew: the
 * version's own sealed content is used.
 */
export async function stageRollBack(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
  return await observeRefusal(services, 'roll-back', () => stageVersion(services, actor, connectionId, version));
}

async function stageVersion(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
  const loaded = await loadConnection(services, actor, connectionId);
  const { versions } = services.store.read;
  const target =
    version === null
      ? await newestVersion(versions, scopeOf(actor), connectionId, ({ label }) => label === 'PREVIOUS')
      : await versions.find(scopeOf(actor), connectionId, version);
  if (target === null) throw notFound(version === null ? 'previous version' : 'version');
  if (target.label === 'CURRENT') throw badRequest('version', 'This version is the current one.');
  if (target.destroyedAt !== null)
    throw badRequest('version', 'The credentials of this version have been destroyed.', { version: target.version });
  // An older version may be of another kind.
  const connector = connectorOf(services, target.kind);
  const before = loaded.current.kind === target.kind ? await openDetails(services, loaded.current) : {};
  const after = await openDetails(services, target);
  const content = target.contentId === null ? null : await services.store.read.contents.find(scopeOf(actor), target.contentId);
  if (content === null && target.contentId !== null)
    throw new DomainError('INTEGRITY', 'The sealed content of this version is missing.', { contentId: target.contentId });
  const { settings, candidateHash, kind, facets, reference } = target;
  return await insertChange(
    services,
    actor,
    { settings, content, candidateHash },
    {
      purpose: 'roll-back',
      connectionId,
      baseVersion: loaded.current.version,
      kind,
      facets,
      reference,
      changedFields: [...changedReference(loaded.current.reference, reference), ...changedFields(connector, before, after)],
      restoredFrom: target.version,
    },
  );
}

export interface StageCreation {
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly path?: string;
}

/** Stages the details of a connection to be created; its id is minted here. Dials nothing. */
export async function stageCreation(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
  return await observeRefusal(services, 'create', () => stageNew(services, actor, input));
}

async function stageNew(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
  requirePermission(actor, 'create');
  const { connector, details } = readNewDetails(services, input);
  const connectionId = services.newId();
  const sealed = await sealDetails(services, actor.projectId, connectionId, connector, details);
  return await insertChange(services, actor, sealed, {
    purpose: 'create',
    connectionId,
    baseVersion: null,
    kind: connector.kind,
    facets: {},
    reference: null,
    changedFields: changedFields(connector, {}, details),
    restoredFrom: null,
  });
}

/** The connector and parsed details of a connection that is not stored. Throws BAD_REQUEST, UNKNOWN_OPTION. */
export function readNewDetails(services: Services, input: StageCreation): { readonly connector: Connector; readonly details: Details } {
  const connector = findConnector(services, input.kind, input.details, input.path ?? 'connectionDetails');
  const { [connector.family?.discriminator ?? '']: _member, ...wire } = input.details;
  const read = readWireDetails(connector, wire, input.path ?? 'connectionDetails', { sharedInput: true });
  return { connector, details: parseDetails(connector, mergeDetails(connector, {}, read)) };
}

export function findConnector(services: Services, kind: string, details: Details, path: string): Connector {
  const direct = services.connectors.find(kind);
  if (direct !== null) return direct;
  const families = new Set(
    services.connectors
      .all()
      .map((connector) => connector.family)
      .filter((family) => family !== null),
  );
  for (const family of families) {
    if (family.kind !== kind.trim().toLowerCase().replaceAll('_', '-')) continue;
    const member = details[family.discriminator];
    const found = typeof member === 'string' ? services.connectors.member(family.kind, member) : null;
    if (found !== null) return found;
    const members = services.connectors
      .all()
      .filter((connector) => connector.family?.kind === family.kind)
      .map((connector) => connector.kind);
    throw badRequest(`${path}.${family.discriminator}`, `Name one of these: ${members.join(', ')}.`, { known: members });
  }
  throw badRequest(
    'connectionType',
    `There is no such kind. Known kinds: ${services.connectors
      .all()
      .map((connector) => connector.kind)
      .join(', ')}.`,
  );
}

type ChangeOrigin = Pick<
  Change,
  'purpose' | 'connectionId' | 'baseVersion' | 'kind' | 'facets' | 'reference' | 'changedFields' | 'restoredFrom'
>;

export async function insertChange(
  services: Services,
  actor: Actor,
  sealed: Omit<SealedDetails, 'content'> & { readonly content: SealedDetails['content'] | null },
  origin: ChangeOrigin,
): Promise<StagedChange> {
  const key = services.tokens.create('tmp');
  const keyHash = services.vault.keyedHash('token', key);
  const id = services.newId();
  const change = await writeAs(services, actor, async (tx) => {
    const made = await findEarlierResult(services, tx, keyHash, (hash) => tx.changes.findByKeyHash(scopeOf(actor), hash));
    if (made !== null) return made;
    const now = await tx.now();
    const staged: Change = {
      id,
      projectId: actor.projectId,
      settings: sealed.settings,
      contentId: sealed.content?.id ?? null,
      cipherHash: sealed.content?.cipherHash ?? null,
      candidateHash: sealed.candidateHash,
      keyHash,
      state: 'OPEN',
      createdAt: now,
      createdBy: actorId(actor),
      expiresAt: now + services.settings.changeTtlMs,
      committedAt: null,
      committedBy: null,
      committedVersion: null,
      waitUntil: null,
      acceptsLosses: false,
      failure: null,
      ...origin,
    };
    await limitOpenChanges(services, actor, tx, staged);
    const restored = origin.purpose === 'roll-back' ? await requireContent(tx, staged) : null;
    if (restored === null && sealed.content !== null) {
      await requireDataKey(tx, actor.projectId, sealed.content.keyGeneration);
      await tx.contents.insert({ createdAt: now, ...sealed.content });
    }
    // The version that was read earlier may have been sealed again with another data key in the meantime.
    await tx.changes.insert({ ...staged, cipherHash: (restored ?? sealed.content)?.cipherHash ?? null });
    await record(services, tx, actor, {
      action: 'change.stage',
      entity: 'connection',
      entityId: staged.connectionId,
      details: {
        changeId: id,
        purpose: origin.purpose,
        baseVersion: staged.baseVersion,
        changedFields: origin.changedFields,
        ...(origin.reference === null ? {} : { reference: origin.reference }),
      },
    });
    return staged;
  });
  if (change.id === id) services.observer.changed(origin.purpose, 'staged');
  return { change, key };
}

/** The content of an old version is kept for as long as an open change uses it. The lock keeps it from being destroyed or sealed anew at this moment. */
async function requireContent(tx: Writers, { connectionId, projectId, contentId, restoredFrom }: Change): Promise<SealedContent | null> {
  if (contentId === null) return null;
  await tx.lock(connectionId, 'shared');
  const content = await tx.contents.find({ projectId }, contentId);
  if (content === null || content.blob === null)
    throw badRequest('version', 'The credentials of this version have been destroyed.', { version: restoredFrom });
  return content;
}
