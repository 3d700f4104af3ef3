import { and, eq, isNull } from 'drizzle-orm';
import type { Connection, Scope } from '../../../domain/connection/connection.ts';
import type { ConnectionWriters } from '../../../domain/connection/connection-store.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Edit } from '../../../domain/ports/edit.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedTransaction } from '../signing/signing.ts';
import { connectionReaders } from './connections.ts';

const insertOne = signedInsert('connections_insert', ({ connections }) => connections);

export function connectionWriters(tx: SignedTransaction, tables: Tables): ConnectionWriters {
  const { db } = tx;
  const { connections, integrations } = tables;
  const alter = async (
    scope: Scope,
    id: string,
    set: Partial<Connection> & { readonly deletedAt?: number },
    { by, now, may = () => true }: Edit & { readonly may?: (connection: Connection) => boolean },
  ) =>
    (await alterRow<typeof connections, Connection & { readonly deletedAt: number | null }>(
      tx,
      { tables, table: connections, id: { id } },
      (row) =>
        // Its revision, too, which doctor compares with the audit: it rises with each change.
        isWithin(scope, row) && may(row) ? { ...set, updatedAt: Math.max(now, row.updatedAt + 1), updatedBy: by } : null,
    )) !== null;
  return {
    async insert(connection) {
      // Whoever removes the integration at the same time has to wait, or has removed it already: no connection is ever left without one.
      await tx.lock(connection.integrationId, 'shared');
      const [integration] = await db
        .select({ id: integrations.id })
        .from(integrations)
        .where(
          and(
            eq(integrations.projectId, connection.projectId),
            eq(integrations.id, connection.integrationId),
            isNull(integrations.deletedAt),
          ),
        );
      if (integration === undefined) throw notFound('integration', connection.integrationId);
      await insertOne(tx, tables, connection);
    },
    advance: (scope, id, { from, to }, edit) =>
      alter(scope, id, { currentVersion: to }, { ...edit, may: ({ currentVersion }) => currentVersion === from }),
    rename: (scope, id, name, edit) => alter(scope, id, { name }, edit),
    touch: (scope, id, edit) => alter(scope, id, {}, edit),
    setActive: (scope, id, active, edit) => alter(scope, id, { isActive: active, disabledAt: active ? null : edit.now }, edit),
    setDeletionProtection: (scope, id, on, edit) => alter(scope, id, { deletionProtection: on }, edit),
    setPolicy: (scope, id, { inFlight, overlapMs, commitPolicy, parity }, edit) =>
      alter(scope, id, { inFlight, overlapMs, commitPolicy, parity }, edit),
    remove: (scope, id, by, now) => alter(scope, id, { deletedAt: now }, { by, now, may: ({ deletionProtection }) => !deletionProtection }),
    ...connectionReaders(tx, tables),
  };
}

/** Whether a row that was read is in scope. */
function isWithin(scope: Scope, { projectId, integrationId, deletedAt }: Connection & { readonly deletedAt: number | null }): boolean {
  return (
    projectId === scope.projectId && deletedAt === null && (scope.integrationIds === null || scope.integrationIds.includes(integrationId))
  );
}
