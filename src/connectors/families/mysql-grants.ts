import { literalOf, matchesLike } from '../kits/sql/sql-like.ts';
import { backquoted, unbackquoted } from '../kits/sql/sql-session.ts';

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

const NAME = '`(?:[^`]|``)*`';
const ROLE = `${NAME}(?:@${NAME})?`;
const PRIVILEGE = `[A-Z][A-Z_ ]*?(?: \\(${NAME}(?:, ${NAME})*\\))?`;
const TARGET = `(?:(TABLE|FUNCTION|PROCEDURE|PACKAGE BODY|PACKAGE|SEQUENCE) )?(\\*|${NAME})\\.(\\*|${NAME})`;
const LINE = new RegExp(`^(?:GRANT|REVOKE) (${PRIVILEGE}(?:, ${PRIVILEGE})*) ON ${TARGET} (?:TO|FROM) `);
const ROLES = new RegExp(`^GRANT (${ROLE}(?:, ?${ROLE})*) TO `);
const QUOTED = new RegExp(`${NAME}|'(?:[^'\\\\]|\\\\.|'')*'`, 'g');

/** Reads the lines of SHOW GRANTS. The rest of a line is left alone: there it may hold the digest of a password. */
export function parseGrants(lines: readonly string[]): Grants {
  return {
    held: lines.filter((line) => line.startsWith('GRANT ')).flatMap(readGrants),
    revoked: lines.filter((line) => line.startsWith('REVOKE ')).flatMap(readGrants),
    roles: lines.flatMap((line) => ROLES.exec(line)?.[1]?.match(new RegExp(ROLE, 'g')) ?? []),
  };
}

function readGrants(line: string): readonly Grant[] {
  const [whole = '', privileges = '', type = 'TABLE', ...on] = LINE.exec(line) ?? [];
  const [database, object] = on.map((name) => (name === '*' ? null : unbackquoted(name)));
  if (database === undefined || object === undefined) return [];
  const given = (privilege: string, column: string | null) => ({ privilege, column, type, database, object });
  const held = [...privileges.matchAll(new RegExp(`(${PRIVILEGE})(?:, |$)`, 'g'))].flatMap(([, text = '']) => {
    const [privilege = '', columns] = text.split(/ \((.*)\)$/s);
    const names = columns?.match(new RegExp(NAME, 'g')) ?? [];
    return columns === undefined ? [given(privilege, null)] : names.map((name) => given(privilege, unbackquoted(name)));
  });
  const passedOn = line.slice(whole.length).replace(QUOTED, '').includes(' WITH GRANT OPTION');
  return [...held, ...(passedOn ? [given('GRANT OPTION', null)] : [])].filter(({ privilege }) => privilege !== 'USAGE');
}

/** A privilege on a whole table, database, or everything. */
export function grantOf(privilege: string, database: string | null, object: string | null): Grant {
  return { privilege, column: null, type: 'TABLE', database, object };
}

/** True when the grants allow all that `wanted` does. */
export function isCovered({ held, revoked }: Grants, wanted: Grant): boolean {
  const isRevoked = (grant: Grant) => grant.database === null && revoked.some((exception) => covers(exception, wanted));
  return held.some((grant) => covers(grant, wanted) && !isRevoked(grant));
}

/** A privilege on a column is enough to read a table in part, which is what was meant by granting it so. */
export function isReadable(grants: Grants, database: string | null, object: string | null): boolean {
  const wanted = grantOf('SELECT', database, object);
  return isCovered(grants, wanted) || grants.held.some((grant) => covers({ ...grant, column: null }, wanted) && grant.object !== null);
}

function covers(held: Grant, wanted: Grant): boolean {
  if (held.privilege !== wanted.privilege && (held.privilege !== 'ALL PRIVILEGES' || wanted.privilege === 'GRANT OPTION')) return false;
  if (held.database === null) return true;
  if (wanted.database === null) return false;
  if (held.object === null) {
    // Whether one pattern lies within another is known only where they are equal, or where the wider one matches everything.
    const literal = wanted.object === null ? literalOf(wanted.database) : wanted.database;
    return held.database === wanted.database || held.database === '%' || (literal !== null && matchesLike(held.database, literal));
  }
  const onIt = held.type === wanted.type && held.database === wanted.database && held.object === wanted.object;
  return onIt && (held.column === null || held.column === wanted.column);
}

/** What a grant gives, as the middle of a GRANT statement says it. */
export function describeGrant({ privilege, column, type, database, object }: Grant): string {
  const name = `${database === null ? '*' : backquoted(database)}.${object === null ? '*' : backquoted(object)}`;
  return `${privilege}${column === null ? '' : ` (${backquoted(column)})`} ON ${type === 'TABLE' ? '' : `${type} `}${name}`;
}
