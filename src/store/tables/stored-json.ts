/** JSON is text on both engines, so that what was hashed is what is read. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * In the place of text that is no JSON. It is no value of ours, so whoever checks the row refuses it by its id; an error at this point
 * would take the whole page of rows with it, and could not say which row it was.
 */
export class UnreadableJson {}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new UnreadableJson();
  }
}
