import { unstorable } from '../store-error.ts';

/**
 * The text itself. Throws BAD_REQUEST for what an engine would alter or refuse: SQLite and PostgreSQL store a lone surrogate as
 * U+FFFD, and PostgreSQL has no NUL. JSON columns escape both, so values inside settings are kept exactly.
 */
export function requireStorable(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) throw unstorable();
  return text;
}
