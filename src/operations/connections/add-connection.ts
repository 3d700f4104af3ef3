import type { Change } from '../../domain/change/change.ts';
import {
  type Connection,
  type ConnectionPolicy,
  DEFAULT_POLICY,
  type Integration,
  type IntegrationCategory,
} from '../../domain/connection/connection.ts';
import { nameKey } from '../../domain/connection/names.ts';
import type { Connector, ConnectorCategory } from '../../domain/connector/connector.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type CommitOutcome, closeChange, proofRule } from '../changes/commit-locked.ts';
import { findChange, isRepeat, requireOpen } from '../changes/find-change.ts';
import { nextVersion } from '../changes/next-version.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { boundAs, candidateOf } from '../references/resolve-credentials.ts';
import { actorId, record, type Services, scopeOf, writeAs } from '../services.ts';
import { isProven, obtainProof, requireProof } from '../validations/obtain-proof.ts';
import { servesKind, subjectOfChange, testConnection } from '../validations/run-validation.ts';
import { chooseSite } from './choose-site.ts';
import { connectorOf, openDetails } from './load-connection.ts';

export interface AddConnection {
  readonly key: string;
  /** Any spelling of the kind, or of its family's; must fit the staged change. */
  readonly kind: string;
  /** An integration that exists, or the name of a new one. */
  readonly integration: { readonly id: string } | { readonly name: string; readonly category?: IntegrationCategory };
  readonly name?: string | null;
  readonly siteId?: string | null;
  readonly isActive?: boolean;
  readonly jobTypes?: readonly string[];
  readonly jobLimits?: unknown;
  readonly labels?: Readonly<Record<string, string>>;
  readonly policy?: Partial<ConnectionPolicy>;
}

const CATEGORIES: Readonly<Record<ConnectorCategory, IntegrationCategory>> = {
  database: 'WAREHOUSE',
  warehouse: 'WAREHOUSE',
  bi: 'BI',
  etl: 'ETL',
  streaming: 'STREAMING',
  notification: 'OTHER',
  other: 'OTHER',
};

/**
 * Creates the connection that a temporary key was staged for, with its first version, in an integration that exists or a new
 * one. An inactive one needs no proof until it is enabled. Throws NOT_FOUND, NAME_TAKEN, VALIDATION_FAILED and what commit throws.
 */
export async function addConnection(services: Services, actor: Actor, input: AddConnection): Promise<CommitOutcome> {
  requirePermission(actor, 'create');
  const change = await findChange(services, actor, input.key, { purposes: ['create'] });
  return await observeRefusal(services, change.purpose, () => addFound(services, actor, change, input));
}

async function addFound(services: Services, actor: Actor, change: Change, input: AddConnection): Promise<CommitOutcome> {
  const connector = connectorOf(services, change.kind);
  if (!servesKind(services, connector, input.kind))
    throw badRequest('connectionType', `The temporary key was made for kind "${connector.kind}".`, { kind: connector.kind });
  if (isRepeat(change, actor)) return firstOutcome(change);
  await requireOpen(change, services.store);
  const isActive = input.isActive ?? true;
  const rule = proofRule(actor, { isActive, commitPolicy: input.policy?.commitPolicy ?? DEFAULT_POLICY.commitPolicy }, false);
  if (rule === 'required')
    await obtainProof(services, actor, await candidateOf(services, actor, change, false), null, () =>
      subjectOfChange(services, actor, change),
    );
  const keys = await services.vault.forProject(actor.projectId);
  const candidate = await candidateOf(services, actor, change, isActive);
  const { outcome, unproven, isNew } = await writeAs(services, actor, async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    const latest = await tx.changes.findByKeyHash(scopeOf(actor), change.keyHash);
    if (latest === null) throw notFound('temporary key');
    if (isRepeat(latest, actor)) return { outcome: firstOutcome(latest), unproven: false, isNew: false };
    await requireOpen(latest, tx);
    if (rule === 'required') await requireProof(services, actor, tx, candidate, null);
    const proven = rule === 'required' || (await isProven(services, actor, tx, candidate, null));
    // Content that does not open is not made CURRENT, whether it was proven before or not (N7).
    await openDetails(services, latest, tx);
    const now = await tx.now();
    const integration = await findOrCreateIntegration(services, actor, tx, connector, input, now);
    await tx.connections.insert(newConnection(actor, input, latest.connectionId, integration, isActive, now));
    await requireDataKey(tx, actor.projectId, keys.keyGeneration);
    const version = nextVersion(keys, latest, null, {
      by: actorId(actor),
      now,
      proven,
      boundTo: boundAs(latest, candidate, isActive || proven),
      gap: 0,
    });
    await tx.versions.append(version);
    await closeChange(tx, actor, change, 1, now);
    await record(services, tx, actor, {
      action: 'connection.create',
      entity: 'connection',
      entityId: change.connectionId,
      details: {
        changeId: change.id,
        kind: connector.kind,
        version: 1,
        integrationId: integration.id,
        proven,
        isActive,
        rowMac: version.rowMac.toString('hex'),
      },
    });
    return { outcome: firstOutcome({ ...latest, committedAt: now }), unproven: !proven && rule === 'afterwards', isNew: true };
  });
  if (isNew) services.observer.changed(change.purpose, 'committed');
  if (unproven) services.later('validate-unproven', () => testConnection(services, actor, { connectionId: outcome.connectionId }));
  return outcome;
}

function firstOutcome({ id, connectionId, committedAt }: Change): CommitOutcome {
  return { changeId: id, connectionId, version: 1, committedAt: committedAt ?? 0 };
}

async function findOrCreateIntegration(
  services: Services,
  actor: Actor,
  tx: Writers,
  connector: Connector,
  input: AddConnection,
  now: number,
): Promise<Integration> {
  if ('id' in input.integration) {
    const found = await tx.integrations.find(scopeOf(actor), input.integration.id);
    if (found === null) throw notFound('integration');
    if (input.siteId !== undefined && input.siteId !== null && input.siteId !== found.siteId)
      throw badRequest('dcId', 'The integration belongs to another site.');
    return found;
  }
  if (actor.integrationIds !== null) throw new DomainError('FORBIDDEN', 'This token is limited to integrations that exist.');
  const name = readName(input.integration.name, 'name');
  const integration: Integration = {
    id: services.newId(),
    projectId: actor.projectId,
    siteId: (await chooseSite(tx, actor, input.siteId ?? null)).id,
    namespace: 'changeover',
    name,
    category: input.integration.category ?? CATEGORIES[connector.category],
    type: connector.kind,
    streamingSystemId: null,
    createdAt: now,
    createdBy: actorId(actor),
    updatedAt: now,
  };
  if (!(await tx.integrations.insert(integration)))
    throw new DomainError('NAME_TAKEN', 'An integration of that name exists already.', { path: 'name' });
  return integration;
}

function newConnection(
  actor: Actor,
  input: AddConnection,
  id: string,
  integration: Integration,
  isActive: boolean,
  now: number,
): Connection {
  return {
    id,
    projectId: actor.projectId,
    integrationId: integration.id,
    name: input.name === undefined || input.name === null ? null : readName(input.name, 'connectionName'),
    labels: input.labels ?? {},
    jobTypes: input.jobTypes ?? [],
    jobLimits: input.jobLimits ?? null,
    ...DEFAULT_POLICY,
    ...input.policy,
    isActive,
    disabledAt: isActive ? null : now,
    deletionProtection: false,
    currentVersion: 1,
    createdAt: now,
    createdBy: actorId(actor),
    updatedAt: now,
    updatedBy: actorId(actor),
    deletedAt: null,
  };
}

/** A name as it is stored: trimmed, NFC, 1 to 200 characters, no control characters. */
export function readName(name: string, path: string): string {
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) throw badRequest(path, 'A name is well-formed text without control characters.');
  const key = nameKey(name);
  if (key.length === 0 || key.length > 200) throw badRequest(path, 'A name has 1 to 200 characters.');
  return key;
}
