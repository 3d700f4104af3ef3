/**
 * Whether an object in this JSON text, which parses to `value`, gives a name twice. Parsers differ in which of the two they take, so a
 * proxy that checked the text before may have seen another host, or another secret.
 */
export function repeatsName(text: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = countNames(value);
  return colonsIn(text) !== names && namesIn(text) !== names;
}

/** Never fewer than the names that are written, and cheaper to count. */
function colonsIn(body: string): number {
  let colons = 0;
  for (let at = body.indexOf(':'); at !== -1; at = body.indexOf(':', at + 1)) colons += 1;
  return colons;
}

/** Names as they are written: every string that a colon follows. The text is known to be valid JSON. */
function namesIn(body: string): number {
  let names = 0;
  for (const [found] of body.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*:?/g)) if (found.endsWith(':')) names += 1;
  return names;
}

/** Without recursion: a body may be nested as deep as it is long. */
function countNames(value: object): number {
  let names = 0;
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const members: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) names += members.length;
    for (const member of members) if (typeof member === 'object' && member !== null) open.push(member);
  }
  return names;
}
