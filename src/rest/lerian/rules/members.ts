import { fault } from '../faults.ts';

type Members = Readonly<Record<string, unknown>>;

export interface ReadMembers {
  /** By the names that the vendor's documents have. */
  readonly known: Members;
  /** Names that are none of them, as they may stand in a header; what does not look like a name is `?`. */
  readonly ignored: readonly string[];
}

/**
 * Tells known members from others. The vendor's server takes names in any case, and one public client really sends `username`: a name that
 * is written exactly wins over one that is not.
 */
export function readMembers(given: Members, names: readonly string[], prefix = ''): ReadMembers {
  const known: Record<string, unknown> = {};
  const ignored: string[] = [];
  const byFolded = new Map(names.map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(given)) {
    const meant = names.includes(name) ? name : byFolded.get(name.toLowerCase());
    if (meant === undefined) ignored.push(prefix + (/^\w{1,40}$/.test(name) ? name : '?'));
    else if (name === meant || !Object.hasOwn(given, meant)) known[meant] = value;
    else ignored.push(prefix + name);
  }
  return { known, ignored };
}

/** A member whose JSON type is not the one that it has to have is answered as a body that can't be read is. */
export function wrongType(path: string, expected: string): Error {
  return fault('FET-0001', 'The body can not be read: a member has another JSON type than it has to have.', {
    [path]: `must be ${expected}`,
  });
}

/** Most names that are listed. */
const MOST = 20;

export function ignoredHeader(ignored: readonly string[]): Readonly<Record<string, string>> {
  return ignored.length === 0 ? {} : { 'x-changeover-ignored': ignored.slice(0, MOST).join(', ') };
}
