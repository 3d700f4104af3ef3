/** A privilege on something, as SHOW GRANTS prints it; one for each column where it is given by column. */
export interface Grant {
  readonly privilege: string;
  readonly column: string | null;
  /** `TABLE` unless the object is a routine. */
  readonly type: string;
  /** null is every database. Without an object it is a pattern, in which `_` and `%` stand for any characters unless escaped. */
  readonly database: string | null;
  readonly object: string | null;
}

export interface Grants {
  readonly held: readonly Grant[];
  /** Exceptions from what is held everywhere, which MySQL knows as partial revokes. */
  readonly revoked: readonly Grant[];
  readonly roles: readonly string[];
}

const IDENTIFIER = '`(?:[^`]|``)*`';
const ROLE = `${IDENTIFIER}(?:@${IDENTIFIER})?`;
const PRIVILEGE = new RegExp(`([A-Z][A-Z_ ]*?)(?: \\((${IDENTIFIER}(?:, ${IDENTIFIER})*)\\))?(, | ON )`, 'y');
const TARGET = new RegExp(
  `(?:(TABLE|FUNCTION|PROCEDURE|PACKAGE BODY|PACKAGE|SEQUENCE) )?(\\*|${IDENTIFIER})\\.(\\*|${IDENTIFIER}) (?:TO|FROM) `,
  'y',
);
const ROLES = new RegExp(`^GRANT (${ROLE}(?:, ?${ROLE})*) TO `);
const QUOTED = new RegExp(`${IDENTIFIER}|'(?:[^'\\\\]|\\\\.|'')*'`, 'g');

/** Reads the lines of SHOW GRANTS. The rest of a line is left alone: there it may hold the digest of a password. */
export function parseGrants(lines: readonly string[]): Grants {
  const grants = lines.filter((line) => line.startsWith('GRANT '));
  return {
    held: grants.flatMap((line) => readGrants(line, 'GRANT '.length)),
    revoked: lines.filter((line) => line.startsWith('REVOKE ')).flatMap((line) => readGrants(line, 'REVOKE '.length)),
    roles: grants.flatMap((line) => [...(ROLES.exec(line)?.[1] ?? '').matchAll(new RegExp(ROLE, 'g'))].map(([role]) => role)),
  };
}

function readGrants(line: string, start: number): readonly Grant[] {
  const privileges: { readonly privilege: string; readonly column: string | null }[] = [];
  let at = start;
  for (let more = true; more; ) {
    PRIVILEGE.lastIndex = at;
    const match = PRIVILEGE.exec(line);
    if (match === null) return [];
    const [whole, privilege = '', columns, separator] = match;
    const names = columns === undefined ? [null] : [...columns.matchAll(new RegExp(IDENTIFIER, 'g'))].map(([name]) => unquoted(name));
    for (const column of names) privileges.push({ privilege, column });
    at += whole.length;
    more = separator === ', ';
  }
  TARGET.lastIndex = at;
  const target = TARGET.exec(line);
  if (target === null) return [];
  const on = { type: target[1] ?? 'TABLE', database: nameOrAll(target[2]), object: nameOrAll(target[3]) };
  if (line.slice(TARGET.lastIndex).replace(QUOTED, '').includes(' WITH GRANT OPTION'))
    privileges.push({ privilege: 'GRANT OPTION', column: null });
  return privileges.filter(({ privilege }) => privilege !== 'USAGE').map((given) => ({ ...given, ...on }));
}

function nameOrAll(text: string | undefined): string | null {
  return text === undefined || text === '*' ? null : unquoted(text);
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`');
}

/** An identifier as MySQL takes it. */
export function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

/** True when the grants allow all that `wanted` does. */
export function isCovered({ held, revoked }: Grants, wanted: Grant): boolean {
  return held.some(
    (grant) => covers(grant, wanted) && !(grant.database === null && revoked.some((exception) => covers(exception, wanted))),
  );
}

function covers(held: Grant, wanted: Grant): boolean {
  if (held.privilege !== wanted.privilege && (held.privilege !== 'ALL PRIVILEGES' || wanted.privilege === 'GRANT OPTION')) return false;
  if (held.database === null) return true;
  if (wanted.database === null) return false;
  if (held.object === null) {
    // A pattern within another one is told only where they are the same, or the wider one takes everything.
    const literal = wanted.object === null ? literalOf(wanted.database) : wanted.database;
    return held.database === wanted.database || held.database === '%' || (literal !== null && matches(held.database, literal));
  }
  return (
    held.type === wanted.type &&
    held.database === wanted.database &&
    held.object === wanted.object &&
    (held.column === null || held.column === wanted.column)
  );
}

/** The one name that a pattern stands for, or null when it stands for several. */
function literalOf(pattern: string): string | null {
  return /(?<!\\)[%_]/.test(pattern) ? null : pattern.replace(/\\([%_\\])/g, '$1');
}

/** SQL's LIKE, going back to the last `%` only: a pattern of nothing but those costs no more than the product of the lengths. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.match(/\\[%_\\]|[\s\S]/gu) ?? [];
  const letters = [...name];
  let part = 0;
  let letter = 0;
  let back: { readonly part: number; letter: number } | null = null;
  while (letter < letters.length) {
    const wanted = parts[part];
    if (wanted === '%') {
      part += 1;
      back = { part, letter };
    } else if (wanted === '_' || (wanted !== undefined && wanted.slice(-1) === letters[letter])) {
      part += 1;
      letter += 1;
    } else if (back !== null) {
      back.letter += 1;
      part = back.part;
      letter = back.letter;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '%');
}

/** What a grant gives, as the middle of a GRANT statement says it. */
export function describeGrant({ privilege, column, type, database, object }: Grant): string {
  const name = `${database === null ? '*' : quoted(database)}.${object === null ? '*' : quoted(object)}`;
  return `${privilege}${column === null ? '' : ` (${quoted(column)})`} ON ${type === 'TABLE' ? '' : `${type} `}${name}`;
}
