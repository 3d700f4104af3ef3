import type { EventPlace, OutboxEvent, PublishedEvent } from './event.ts';

export interface EventReaders {
  /** Null for an event that is not kept any more, not published yet, or of another project. */
  place(projectId: string, id: string): Promise<EventPlace | null>;
  /** The newest published event of the project; null while there is none. */
  newest(projectId: string): Promise<EventPlace | null>;
  /**
   * The next `limit` published events of the project behind a place, in their order; null begins with the oldest that is kept. The order is
   * the same for every reader at every time, and complete: what was published later comes later, so that no event ever appears before a
   * place up to which somebody has read, whatever transactions ran at the same time and in whatever order they ended.
   */
  after(projectId: string, place: EventPlace | null, limit: number): Promise<readonly PublishedEvent[]>;
  /** Whether committed events wait to be published. */
  hasUnpublished(): Promise<boolean>;
}

export interface EventWriters extends EventReaders {
  /** Nobody reads it before it is published. */
  append(event: OutboxEvent): Promise<void>;
  /**
   * Gives the next `limit` committed events their place, after all that already have one; returns how many. One publisher at a time: of two
   * racing callers the second waits for the first one's commit, and continues after it.
   */
  publish(limit: number): Promise<number>;
}
