import { DomainError } from '../domain/errors.ts';

/** JSON is text on both engines, so that what was hashed is what is read. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value);
}

/** Throws INTEGRITY for text that was altered: the parser's own error quotes it. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new DomainError('INTEGRITY', "A stored row can't be read: it was altered.");
  }
}
