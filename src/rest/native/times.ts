/** RFC 3339, UTC, with milliseconds. */
export function timeOf(at: number): string {
  return new Date(at).toISOString();
}
