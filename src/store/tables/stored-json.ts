/** JSON is text on both engines, so that what was hashed is what is read. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Stands in place of stored text that is no JSON. No value of ours looks like it, so the check of the row's MAC refuses the row and names
 * its id; an error at this point would fail the whole page of rows and could not say which row it was.
 */
export class UnreadableJson {}

/** From this length on, text is kept beside what was read from it, for the check of its row: to write it anew would cost as much as to read it. Characters. */
export const LONG_TEXT = 2048;

const longTexts = new WeakMap<object, string>();

export function readJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (text.length >= LONG_TEXT && typeof value === 'object' && value !== null) longTexts.set(value, text);
    return value;
  } catch {
    return new UnreadableJson();
  }
}

/** The long text that a value was read from, once: the value alone is held after the check of its row. Null where it is short, or was not read. */
export function takeLongText(value: object): string | null {
  const text = longTexts.get(value);
  if (text === undefined) return null;
  longTexts.delete(value);
  return text;
}
