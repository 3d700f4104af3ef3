import { nameTaken, readName } from '../../../domain/connection/names.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Writers } from '../../../domain/ports/store.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { record } from '../../audit/record.ts';
import { actorId, type Services, scopeOf } from '../../services.ts';
import { allDescribed } from '../list-described.ts';

/** A name as a dialect has it, in which no two of its connections are called the same. */
export interface NameInDialect {
  readonly name: string;
  /** Of the names that the dialect gives by itself. */
  readonly namespace: string;
  /** Connections of these kinds are shown in it, whoever made them. */
  readonly amongKinds: readonly string[];
}

/** Throws NAME_TAKEN where another connection that the dialect shows is called so. Of two that take a name of its own at once the store refuses the second. */
export async function requireFreeName(
  services: Services,
  actor: Actor,
  { name, amongKinds }: NameInDialect,
  ownId: string | null,
): Promise<void> {
  const key = readName(name, 'name');
  const rivals = await allDescribed(services, actor, { kinds: amongKinds, name: key });
  if (rivals.some(({ connection }) => connection.id !== ownId)) throw nameTaken('A connection', 'name');
}

/** Renames a connection, and with it its integration where that is the dialect's own, within a transaction that holds the connection's lock. Throws NAME_TAKEN. */
export async function renameWithin(
  services: Services,
  actor: Actor,
  tx: Writers,
  { connectionId, name: given, namespace }: Pick<NameInDialect, 'name' | 'namespace'> & { readonly connectionId: string },
): Promise<void> {
  const scope = scopeOf(actor);
  const name = readName(given, 'name');
  const edit = { by: actorId(actor), now: await tx.now() };
  const connection = await tx.connections.find(scope, connectionId);
  if (connection === null) throw notFound('connection', connectionId);
  const integration = await tx.integrations.find(scope, connection.integrationId);
  if (integration?.namespace === namespace) {
    if ((await tx.integrations.rename(scope, integration.id, name, edit)) === 'taken') throw nameTaken('A connection', 'name');
    await record(services, tx, actor, { action: 'integration.rename', entity: 'integration', entityId: integration.id, details: {} });
  }
  await tx.connections.rename(scope, connectionId, name, edit);
  const revision = (await tx.connections.find(scope, connectionId))?.updatedAt;
  await record(services, tx, actor, { action: 'connection.rename', entity: 'connection', entityId: connectionId, details: { revision } });
}
