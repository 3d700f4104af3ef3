/** JSON is text on both engines, so that what was hashed is what is read. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Stands in place of stored text that is no JSON. No value of ours looks like it, so the check of the row's MAC refuses the row and names
 * its id; an error at this point would fail the whole page of rows and could not say which row it was.
 */
export class UnreadableJson {}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new UnreadableJson();
  }
}
