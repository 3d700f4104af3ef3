import type { Scope, SealedContent } from '../connection/connection.ts';

export interface ContentReaders {
  /** What a connection has sealed with data keys of these generations. */
  ofGenerations(projectId: string, connectionId: string, generations: readonly number[], limit: number): Promise<readonly SealedContent[]>;
  /** The lowest id behind `after` of a connection with a row that needs a data key of one of these generations. */
  nextOfGenerations(projectId: string, generations: readonly number[], after: string): Promise<string | null>;
  find(scope: Pick<Scope, 'projectId'>, id: string): Promise<SealedContent | null>;
}

export interface ContentWriters extends ContentReaders {
  insert(content: SealedContent): Promise<void>;
  /** Only if it is sealed as it was read. */
  reseal(id: string, from: Buffer, to: Pick<SealedContent, 'blob' | 'cipherHash' | 'keyGeneration'>): Promise<boolean>;
  /** Destroys the ciphertext if no open change uses it, and no version but those that retired at or before `retiredBefore`. */
  destroyIfUnused(id: string, retiredBefore: number): Promise<boolean>;
}
