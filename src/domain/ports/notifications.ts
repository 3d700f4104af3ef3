/** What is told of: events were written; a validator began or ended. */
export type Topic = 'events' | 'validations';

/**
 * Hints between all that works on one store, in this process and in others. Each that listens is told at once in this process and soon
 * in the others, or, when the store is lost meanwhile, not at all: whoever needs certainty looks from time to time as well.
 */
export interface Notifications {
  /** Never waits and never throws. The text has at most 4,000 bytes and holds no secret: whoever reads the database may read it. */
  notify(topic: Topic, text?: string): void;
  /** `heard` gets each text; null where some may have been lost before. Returns what ends it. */
  listen(topic: Topic, heard: (text: string | null) => void): () => void;
}
