/** What a notification is about: events were written; a validator began or ended. */
export type Topic = 'events' | 'validations';

/**
 * Hints between all processes that work on one store. Listeners get them at once in this process and soon in the others or, when the
 * connection to the store breaks meanwhile, not at all: whoever must not miss anything also looks from time to time.
 */
export interface Notifications {
  /** Never waits and never throws. The text has at most 4,000 bytes and holds no secret: whoever reads the database may read it. */
  notify(topic: Topic, text?: string): void;
  /** `heard` gets each text, and null where some may have been lost before. Returns a function that stops listening. */
  listen(topic: Topic, heard: (text: string | null) => void): () => void;
}
