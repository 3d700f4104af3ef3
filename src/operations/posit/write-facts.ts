import type { Writers } from '../../domain/ports/store.ts';
import type { IntegrationFacts } from '../../domain/posit/integration.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { factsOf, INTEGRATION_FACTS } from './records.ts';

interface Written {
  readonly guid: string;
  readonly facts: IntegrationFacts;
  /** The connection is called what the integration is, where that can be. */
  readonly renames: boolean;
}

/** Inside the transaction that writes what else there is. An access list that gets empty lets in everybody, so that is audited as a warning. */
export async function writeFacts(services: Services, actor: Actor, tx: Writers, { guid, facts, renames }: Written): Promise<void> {
  const now = await tx.now();
  const edit = { by: actorId(actor), now };
  const found = await tx.dialectRecords.find(actor.projectId, INTEGRATION_FACTS, guid);
  const before = factsOf(found);
  const data = { ...facts };
  if (found !== null) await tx.dialectRecords.update(actor.projectId, found.id, data, edit);
  else
    await tx.dialectRecords.insert({
      ...INTEGRATION_FACTS,
      id: services.newId(),
      projectId: actor.projectId,
      key: guid,
      parentId: guid,
      data,
      createdAt: now,
      createdBy: edit.by,
      updatedAt: now,
      updatedBy: edit.by,
    });
  if (renames && facts.connectionName !== null) {
    await tx.connections.rename(scopeOf(actor), guid, facts.connectionName, edit);
    await record(services, tx, actor, { action: 'connection.rename', entity: 'connection', entityId: guid, details: { revision: now } });
  }
  await record(services, tx, actor, {
    action: found === null ? 'dialect-record.create' : 'dialect-record.update',
    entity: 'dialect-record',
    entityId: guid,
    details: {
      dialect: INTEGRATION_FACTS.dialect,
      of: INTEGRATION_FACTS.entity,
      key: guid,
      parentId: guid,
      changed: changedIn(before, facts),
      ...(before.permissions.length > 0 && facts.permissions.length === 0 ? { warning: 'open to all publishers' } : {}),
    },
  });
}

/** Names, never values. */
function changedIn(before: IntegrationFacts, after: IntegrationFacts): readonly string[] {
  return (['name', 'description', 'permissions'] as const).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Tells of each guid whether a token of the project has it, which may still be used. */
export async function usersAmong(services: Services, actor: Actor, guids: readonly string[]): Promise<(guid: string) => boolean> {
  const now = await services.store.now();
  const found = await services.store.read.tokens.findMany(actor.projectId, [...new Set(guids)]);
  const live = found.filter(({ token }) => token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now));
  const ids = new Set(live.map(({ token }) => token.id));
  return (guid) => ids.has(guid);
}
