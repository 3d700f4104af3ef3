import type { Scope } from '../connection/connection.ts';
import type { Edit } from '../ports/edit.ts';
import type { StreamingSystem } from './streaming-system.ts';

export interface StreamingSystemReaders {
  find(projectId: string, id: string): Promise<StreamingSystem | null>;
  /**
   * In the order they were made, at most `limit`; of a scope with some integrations those alone that hold one of them. Callers ask for
   * one more than they can take, to see whether there are too many.
   */
  all(scope: Scope, limit: number): Promise<readonly StreamingSystem[]>;
}

export interface StreamingSystemWriters extends StreamingSystemReaders {
  /** False when the name is taken: of two racing callers one gets true. */
  insert(system: StreamingSystem): Promise<boolean>;
  /** `taken` when another system of the project holds the name; throws NAME_TAKEN when it takes it at the same moment. */
  rename(projectId: string, id: string, name: string, edit: Edit): Promise<'renamed' | 'taken' | 'gone'>;
  /** Removes a system that has no clusters left; false otherwise. A cluster that is added at the same moment keeps it, or finds it gone. */
  removeIfEmpty(projectId: string, id: string, by: string | null, now: number): Promise<boolean>;
}
