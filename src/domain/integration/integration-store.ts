import type { Integration, Scope } from '../connection/connection.ts';

export interface IntegrationReaders {
  find(scope: Scope, id: string): Promise<Integration | null>;
  findMany(scope: Scope, ids: readonly string[]): Promise<readonly Integration[]>;
  findByName(scope: Scope, namespace: string, name: string): Promise<Integration | null>;
  /** In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. */
  all(scope: Scope, limit: number): Promise<readonly Integration[]>;
}

export interface IntegrationWriters extends IntegrationReaders {
  /** False when the name is taken: of two racing callers one gets true. */
  insert(integration: Integration): Promise<boolean>;
  /** `taken` when another integration of the namespace holds the name; throws NAME_TAKEN when it takes it at the same moment. */
  rename(scope: Scope, id: string, name: string, now: number): Promise<'renamed' | 'taken' | 'gone'>;
  /** Removes an integration that has no connections left; false otherwise. */
  removeIfEmpty(scope: Scope, id: string, now: number): Promise<boolean>;
}
