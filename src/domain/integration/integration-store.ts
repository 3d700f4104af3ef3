import type { Integration, Scope } from '../connection/connection.ts';
import type { Edit } from '../ports/edit.ts';

export interface IntegrationReaders {
  find(scope: Scope, id: string): Promise<Integration | null>;
  findMany(scope: Scope, ids: readonly string[]): Promise<readonly Integration[]>;
  findByName(scope: Scope, namespace: string, name: string): Promise<Integration | null>;
  /** The cluster that a streaming system calls so; of two kinds it may be two. */
  findCluster(scope: Scope, systemId: string, externalClusterId: string, type: string): Promise<Integration | null>;
  /** The clusters of a streaming system, in the order they were made, at most `limit`. */
  ofSystem(scope: Scope, systemId: string, limit: number): Promise<readonly Integration[]>;
  /** In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. */
  all(scope: Scope, limit: number): Promise<readonly Integration[]>;
}

export interface IntegrationWriters extends IntegrationReaders {
  /**
   * False when the name is taken: of two racing callers one gets true. Throws NOT_FOUND for a cluster whose streaming system is gone: of
   * racing callers that add a cluster and remove its system one fails.
   */
  insert(integration: Integration): Promise<boolean>;
  /** `taken` when another integration of the namespace holds the name; throws NAME_TAKEN when it takes it at the same moment. */
  rename(scope: Scope, id: string, name: string, edit: Edit): Promise<'renamed' | 'taken' | 'gone'>;
  /** Removes an integration that has no connections left; false otherwise. */
  removeIfEmpty(scope: Scope, id: string, now: number): Promise<boolean>;
}
