import { fault } from '../faults.ts';
import { wrongType } from './members.ts';

export type Metadata = Readonly<Record<string, string>>;

export const MOST_OF_KEY = 100;
export const MOST_OF_VALUE = 2000;
export const MOST_ENTRIES = 100;

/** An object of strings, without nesting. It is replaced whole, and `{}` clears it. */
export function readMetadata(given: unknown): Metadata {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrongType('metadata', 'an object of strings');
  const entries = Object.entries(given);
  if (entries.length > MOST_ENTRIES)
    throw fault('FET-0410', `Metadata has at most ${MOST_ENTRIES} entries.`, { metadata: `must have at most ${MOST_ENTRIES} entries` });
  for (const [key, value] of entries) {
    if (key.length > MOST_OF_KEY || !isText(key))
      throw fault('FET-0412', `A key of metadata is well-formed text of at most ${MOST_OF_KEY} characters.`, {
        metadata: 'has a key that is too long',
      });
    if (typeof value !== 'string' || !isText(value))
      throw fault('FET-0410', 'Values of metadata are strings, and are not nested.', { metadata: 'must hold strings alone' });
    if (value.length > MOST_OF_VALUE)
      throw fault('FET-0411', `A value of metadata has at most ${MOST_OF_VALUE} characters.`, { metadata: 'has a value that is too long' });
  }
  return Object.fromEntries(entries);
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
