import type { AuditAction } from '../../domain/audit/audit.ts';
import { inUse } from '../../domain/change/in-flight.ts';
import {
  type Connection,
  type ConnectionPolicy,
  type Integration,
  type IntegrationCategory,
  MIN_OVERLAP_MS,
  type Version,
} from '../../domain/connection/connection.ts';
import { readName } from '../../domain/connection/names.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { recordLosses } from '../changes/commit-locked.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { candidateOf } from '../references/resolve-credentials.ts';
import { actorId, record, type Services, scopeOf, writeAs } from '../services.ts';
import { obtainProof, requireProof } from '../validations/obtain-proof.ts';
import { parityRuleOf, usedBefore } from '../validations/parity.ts';
import { missingProofs, subjectOfVersion, testConnection } from '../validations/run-validation.ts';
import { loadConnection } from './load-connection.ts';

/** The longest overlap that a policy may ask for: 90 days. */
export const MAX_OVERLAP_MS = 90 * 24 * 60 * 60 * 1000;

export async function renameConnection(services: Services, actor: Actor, connectionId: string, name: string): Promise<Connection> {
  requirePermission(actor, 'commit');
  const stored = readName(name, 'name');
  return await alter(services, actor, connectionId, 'connection.rename', {}, (tx, now) =>
    tx.connections.rename(scopeOf(actor), connectionId, stored, actorId(actor), now),
  );
}

export async function setDeletionProtection(services: Services, actor: Actor, connectionId: string, on: boolean): Promise<Connection> {
  requirePermission(actor, 'commit');
  return await alter(services, actor, connectionId, 'connection.protect', { on }, (tx, now) =>
    tx.connections.setDeletionProtection(scopeOf(actor), connectionId, on, actorId(actor), now),
  );
}

/**
 * Enabling a connection obtains the proof that its saved version did without while it was inactive, or afterwards where its policy
 * is ADVISORY. What it may do is compared with the version that was in use before it was disabled. Throws VALIDATION_FAILED.
 */
export async function toggleConnection(
  services: Services,
  actor: Actor,
  connectionId: string,
  active: boolean,
  { acceptsLosses = false }: { readonly acceptsLosses?: boolean } = {},
): Promise<Connection> {
  requirePermission(actor, 'commit');
  const { connection, current } = await loadConnection(services, actor, connectionId);
  if (connection.isActive === active) return connection;
  const inUse = active ? await usedBefore(services, actor, current) : null;
  const ruleUnder = (policy: Connection) => parityRuleOf(services, actor, { connection: policy, inUse, next: current, acceptsLosses });
  if (active && connection.commitPolicy === 'VALIDATED')
    await obtainProof(services, actor, await candidateOf(services, actor, current, false), await ruleUnder(connection), () =>
      subjectOfVersion(services, actor, connectionId, inUse),
    );
  const candidate = active ? await candidateOf(services, actor, current, true) : current;
  const altered = await alter(
    services,
    actor,
    connectionId,
    active ? 'connection.enable' : 'connection.disable',
    { version: current.version },
    async (tx, now) => {
      const latest = await tx.connections.find(scopeOf(actor), connectionId);
      if (active && latest !== null && latest.currentVersion !== current.version) {
        throw new DomainError('VERSION_CONFLICT', 'The connection was changed while it was being proven. Enable it again.', {
          currentVersion: latest.currentVersion,
        });
      }
      if (active && latest?.commitPolicy === 'VALIDATED') {
        const parity = await ruleUnder(latest);
        const compared = await requireProof(services, actor, tx, candidate, parity);
        await recordLosses(services, tx, actor, { connectionId, changeId: current.changeId, parity, compared });
      }
      if (active && current.boundTo === null && candidate.boundTo !== null) await bindFirst(tx, current, candidate.boundTo);
      return await tx.connections.setActive(scopeOf(actor), connectionId, active, actorId(actor), now);
    },
  );
  if (active && altered.commitPolicy === 'ADVISORY' && (await missingProofs(services, actor, candidate)).length > 0)
    services.later('validate-unproven', () => testConnection(services, actor, { connectionId, comparedWith: inUse }));
  return altered;
}

/** A version that was saved while the connection was inactive is put into use: from now on its secret leads where it leads now. */
async function bindFirst(tx: Writers, { connectionId, version }: Version, boundTo: Buffer): Promise<void> {
  if (!(await tx.versions.bind(connectionId, version, boundTo)))
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed while it was being enabled. Enable it again.');
}

export async function setConnectionPolicy(
  services: Services,
  actor: Actor,
  connectionId: string,
  policy: Partial<ConnectionPolicy>,
): Promise<Connection> {
  requirePermission(actor, 'policy');
  const { overlapMs } = policy;
  if (overlapMs !== undefined && (!Number.isSafeInteger(overlapMs) || overlapMs < MIN_OVERLAP_MS || overlapMs > MAX_OVERLAP_MS)) {
    throw badRequest('overlapSeconds', `The overlap lasts from ${MIN_OVERLAP_MS / 1000} to ${MAX_OVERLAP_MS / 1000} seconds.`);
  }
  return await alter(services, actor, connectionId, 'connection.policy', { ...policy }, async (tx, now) => {
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection === null) return false;
    const { inFlight, commitPolicy, parity } = { ...connection, ...policy };
    return await tx.connections.setPolicy(
      scopeOf(actor),
      connectionId,
      { inFlight, commitPolicy, parity, overlapMs: overlapMs ?? connection.overlapMs },
      actorId(actor),
      now,
    );
  });
}

/** Removes a connection. Refused under deletion protection or while jobs hold it; all its versions become RETIRED. */
export async function removeConnection(services: Services, actor: Actor, connectionId: string): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection === null && (await endedByEarlierRun(services, tx, actor, { action: 'connection.delete', entityId: connectionId })))
      return;
    if (connection === null) throw notFound('connection');
    await removeLocked(services, actor, tx, connection);
  });
}

async function removeLocked(services: Services, actor: Actor, tx: Writers, connection: Connection): Promise<void> {
  const now = await tx.now();
  if (connection.deletionProtection)
    throw new DomainError('CONNECTION_IN_USE', 'The connection is protected against deletion. Lift the protection first.', {
      connectionId: connection.id,
      protected: true,
    });
  const leases = await tx.leases.liveOf(connection.id, now);
  if (leases.length > 0) throw inUse('Running jobs hold this connection.', leases, now);
  if (!(await tx.connections.remove(scopeOf(actor), connection.id, actorId(actor), now))) throw notFound('connection');
  await tx.versions.retireAll(connection.id, now);
  await record(services, tx, actor, {
    action: 'connection.delete',
    entity: 'connection',
    entityId: connection.id,
    details: { version: connection.currentVersion },
  });
}

/** Most connections that one transaction removes. */
const MOST_REMOVED = 10_000;

/** Removes an integration with all its connections, or nothing: one that is protected or held refuses the whole. */
export async function deleteIntegration(services: Services, actor: Actor, integrationId: string): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    const integration = await tx.integrations.find(scopeOf(actor), integrationId);
    if (integration === null && (await endedByEarlierRun(services, tx, actor, { action: 'integration.delete', entityId: integrationId })))
      return;
    if (integration === null) throw notFound('integration');
    const connections = await tx.connections.ofIntegrations(scopeOf(actor), [integrationId], MOST_REMOVED + 1);
    if (connections.length > MOST_REMOVED)
      throw new DomainError(
        'LIMIT_EXCEEDED',
        `An integration with more than ${MOST_REMOVED} connections is not removed at once. Remove some of them first.`,
        {
          limit: MOST_REMOVED,
        },
      );
    // In one order for every caller, so that two of them can't wait for each other.
    for (const connection of [...connections].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      await tx.lock(connection.id, 'exclusive');
      await removeLocked(services, actor, tx, connection);
    }
    if (!(await tx.integrations.removeIfEmpty(scopeOf(actor), integrationId, await tx.now()))) {
      throw new DomainError('CONNECTION_IN_USE', 'A connection was added to the integration meanwhile. Try again.', { integrationId });
    }
    await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: integrationId, details: {} });
  });
}

/** With categories given, an integration of any other category is NOT_FOUND. */
export async function renameIntegration(
  services: Services,
  actor: Actor,
  input: { readonly id: string; readonly name: string; readonly categories?: readonly IntegrationCategory[] },
): Promise<Integration> {
  requirePermission(actor, 'commit');
  const name = readName(input.name, 'name');
  return await writeAs(services, actor, async (tx) => {
    const found = await tx.integrations.find(scopeOf(actor), input.id);
    if (found === null || input.categories?.includes(found.category) === false) throw notFound('integration');
    const outcome = await tx.integrations.rename(scopeOf(actor), input.id, name, await tx.now());
    if (outcome === 'gone') throw notFound('integration');
    if (outcome === 'taken') throw new DomainError('NAME_TAKEN', 'An integration of that name exists already.', { path: 'name' });
    await record(services, tx, actor, { action: 'integration.rename', entity: 'integration', entityId: input.id, details: {} });
    return { ...found, name };
  });
}

async function alter(
  services: Services,
  actor: Actor,
  connectionId: string,
  action: AuditAction,
  details: Readonly<Record<string, unknown>>,
  write: (tx: Writers, now: number) => Promise<boolean>,
): Promise<Connection> {
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const done = await write(tx, await tx.now());
    const connection = done ? await tx.connections.find(scopeOf(actor), connectionId) : null;
    if (connection === null) throw notFound('connection');
    await record(services, tx, actor, { action, entity: 'connection', entityId: connectionId, details });
    return connection;
  });
}
