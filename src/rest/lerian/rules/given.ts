import { isPlainObject } from '../../../domain/connection/details/details.ts';
import { isOneLine } from '../../../domain/text/one-line.ts';
import { fault } from '../faults.ts';
import { readMembers, wrongType } from './members.ts';
import { type Metadata, readMetadata } from './metadata.ts';
import { type GivenSsl, readSsl } from './ssl.ts';

/** What a body says of a connection; null for what it does not say, which is how the vendor's clients leave something as it is. */
export interface Given {
  readonly configName: string | null;
  readonly type: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly databaseName: string | null;
  readonly userName: string | null;
  readonly password: string | null;
  readonly schema: string | null;
  readonly ssl: GivenSsl | null;
  readonly metadata: unknown;
}

export const MEMBERS = ['configName', 'type', 'host', 'port', 'databaseName', 'userName', 'password', 'schema', 'ssl', 'metadata'];
const TEXTS = ['configName', 'type', 'host', 'databaseName', 'userName', 'password', 'schema'] as const;
export const LONGEST = 1024;

/** Steps 3 and 4 of the vendor's server: JSON types, and whether anything is said at all. */
export function readGiven(body: Readonly<Record<string, unknown>>): { readonly given: Given; readonly ignored: readonly string[] } {
  const { known, ignored } = readMembers(body, MEMBERS);
  for (const name of TEXTS) {
    const value = known[name] ?? null;
    if (value !== null && typeof value !== 'string') throw wrongType(name, 'a string');
    if (typeof value === 'string' && name !== 'password' && (value.length > LONGEST || !isLine(value)))
      throw fault('FET-0001', 'One or more fields do not have a value that they may have.', { [name]: 'must be one line of text' });
  }
  const port = known.port ?? null;
  if (port !== null && !Number.isSafeInteger(port)) throw wrongType('port', 'an integer');
  const { ssl, ignored: ofSsl } = readSsl(known.ssl);
  const metadata = known.metadata ?? null;
  if (metadata !== null && !isPlainObject(metadata)) throw wrongType('metadata', 'an object of strings');
  // Each was looked at: they are texts, or null.
  const texts = Object.fromEntries(TEXTS.map((name) => [name, trimmed(name, known[name])])) as Pick<Given, (typeof TEXTS)[number]>;
  const given: Given = { ...texts, port: port as number | null, ssl, metadata };
  if (Object.values(given).every((value) => value === null))
    throw fault('FET-0001', 'The request body is empty, or holds nothing that is known here.');
  return { given, ignored: [...ignored, ...ofSsl] };
}

/** A password and a schema are taken as they are. */
function trimmed(name: (typeof TEXTS)[number], value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return name === 'password' || name === 'schema' ? value : value.trim();
}

function isLine(text: string): boolean {
  return isOneLine(text.trim());
}

/** The metadata, where they are said. */
export function metadataOf({ metadata }: Given): Metadata | null {
  return metadata === null ? null : readMetadata(metadata);
}
