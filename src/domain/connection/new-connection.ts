import type { Connection, Integration } from './connection.ts';
import { readName } from './names.ts';
import type { ConnectionPolicy } from './policy.ts';

/** What a caller says of a connection besides its credentials. */
export interface NewConnection extends Partial<Pick<Connection, 'name' | 'labels' | 'jobTypes' | 'jobLimits' | 'dbtFilter'>> {
  readonly isActive: boolean;
  readonly policy: ConnectionPolicy;
}

/** A connection as it begins: at version 1, and not protected against removal. Throws BAD_REQUEST for a name that can't be one. */
export function newConnection(
  { name = null, labels = {}, jobTypes = [], jobLimits = null, dbtFilter = null, isActive, policy }: NewConnection,
  { id, integration, by, now }: { readonly id: string; readonly integration: Integration; readonly by: string; readonly now: number },
): Connection {
  return {
    id,
    projectId: integration.projectId,
    integrationId: integration.id,
    name: name === null ? null : readName(name, 'connectionName'),
    labels,
    jobTypes,
    jobLimits,
    dbtFilter,
    ...policy,
    isActive,
    disabledAt: isActive ? null : now,
    deletionProtection: false,
    currentVersion: 1,
    createdAt: now,
    createdBy: by,
    updatedAt: now,
    updatedBy: by,
    deletedAt: null,
  };
}
