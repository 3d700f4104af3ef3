import type { AuditAction } from '../../../domain/audit/audit-actions.ts';
import type { Connection } from '../../../domain/connection/connection.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Writers } from '../../../domain/ports/store.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { record } from '../../audit/record.ts';
import { type Services, scopeOf } from '../../services.ts';
import { writeAs } from '../../write-as.ts';

/** What is done to a connection, as the audit says it. */
export interface Alteration {
  readonly connectionId: string;
  readonly action: AuditAction;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One statement on a connection under its lock, with its audit row. `write` says false where the connection is not there: NOT_FOUND. */
export async function alterConnection(
  services: Services,
  actor: Actor,
  { connectionId, action, details }: Alteration,
  write: (tx: Writers, now: number) => Promise<boolean>,
): Promise<Connection> {
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const done = await write(tx, await tx.now());
    const connection = done ? await tx.connections.find(scopeOf(actor), connectionId) : null;
    if (connection === null) throw notFound('connection', connectionId);
    // An older copy of the row that is put back has an older revision.
    const revision = connection.updatedAt;
    await record(services, tx, actor, { action, entity: 'connection', entityId: connectionId, details: { ...details, revision } });
    return connection;
  });
}
