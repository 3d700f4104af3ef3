/** What the code of a server's refusal, or of the way to it, means to whoever starts a gateway. */
const MEANINGS: readonly (readonly [codes: RegExp, meaning: string])[] = [
  [/^28/, 'the server refused the user or password'],
  [/^3D000$/, 'the server has no database of that name'],
  [/^42501$/, 'the role may not make or use the tables'],
  [/^42/, 'the tables are not those of this release'],
  [/^53300$/, 'the server has no connection left'],
  [/^53/, 'the server has no room left'],
  [/^57P0/, 'the server is starting or shutting down'],
  [/^(08|ECONNRESET|EPIPE)/, 'the connection was cut'],
  [/^ECONNREFUSED$/, 'nothing listens at that address'],
  [/^(ENOTFOUND|EAI_)/, 'the name of the host has no address'],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, 'there is no way to that host'],
];

/** The message with the code after it, so that people can look it up. */
export function describeRefusal(code: string): string {
  const meaning = MEANINGS.find(([codes]) => codes.test(code))?.[1] ?? 'the server refused it';
  return `${meaning} (${code})`;
}
