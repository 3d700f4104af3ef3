import { identifier, quoted } from './problems.ts';
import type { Row, SnowflakeSession } from './session.ts';

/** A privilege that a login has, and the role that it has it by: one that was granted to the user. */
export interface Grant {
  readonly privilege: string;
  /** The type of the object, as SHOW GRANTS names it: TABLE, EXTERNAL_TABLE, ACCOUNT ... */
  readonly on: string;
  /** Qualified, and quoted where it needs to be. */
  readonly name: string;
  readonly role: string;
}

export interface Grants {
  readonly all: readonly Grant[];
  /** False when there was more than is looked at. */
  readonly complete: boolean;
}

/** Roles and grants of each that are looked at; all share the deadline of one check. */
const MOST_ROLES = 40;
const MOST_GRANTS = 2000;
const AT_ONCE = 8;

/** What needs no quotes is in upper case; other cases, listed without quotes, are a name as it is. */
const PART = /[A-Z_][A-Z0-9_$]*|"(?:[^"]|"")*"/;
const NAME = new RegExp(`^(?:${PART.source})(?:\\.(?:${PART.source}))*$`);

/**
 * What a user may do by all of its roles, or by one, through roles that were granted to roles. Throws SnowflakeError where the session
 * may not see that.
 */
export async function readGrants(session: SnowflakeSession, user: string, role: string | undefined): Promise<Grants> {
  const roots = role === undefined ? await rolesOf(session, user) : [identifier(role)];
  const found: Grant[] = [];
  const seen = new Set<string>();
  let complete = true;
  let level = roots.map((root) => ({ statement: `SHOW GRANTS TO ROLE ${root}`, root }));
  while (level.length > 0) {
    const fresh = level.filter(
      ({ statement }, index) => !seen.has(statement) && level.findIndex((other) => other.statement === statement) === index,
    );
    const asked = fresh.slice(0, MOST_ROLES - seen.size);
    complete &&= asked.length === fresh.length;
    for (const { statement } of asked) seen.add(statement);
    const answers = await inTurns(asked, ({ statement }) => session.query(`${statement} LIMIT ${MOST_GRANTS}`));
    level = answers.flatMap(({ rows, complete: whole }, index) => {
      const root = asked[index]?.root ?? '';
      complete &&= whole && rows.length < MOST_GRANTS;
      found.push(...rows.filter((row) => !leadsToRole(row)).map((row) => readGrant(row, root)));
      return rows
        .filter(leadsToRole)
        .map((row) => ({ statement: `SHOW GRANTS TO ${typeOf(row.granted_on ?? '')} ${nameOf(row.name ?? '')}`, root }));
    });
  }
  return { all: found, complete };
}

async function inTurns<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) answers.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(ask))));
  return answers;
}

/** PUBLIC is everybody's, and is not listed. */
async function rolesOf(session: SnowflakeSession, user: string): Promise<readonly string[]> {
  const { rows } = await session.query(`SHOW GRANTS TO USER ${user}`);
  return [...rows.flatMap(({ role }) => (role === null || role === undefined ? [] : [nameOf(role)])), '"PUBLIC"'];
}

function leadsToRole({ granted_on: on, privilege }: Row): boolean {
  return privilege === 'USAGE' && (on === 'ROLE' || on === 'DATABASE_ROLE');
}

function readGrant({ privilege, granted_on: on, name }: Row, role: string): Grant {
  return { privilege: privilege ?? '', on: on ?? '', name: name ?? '', role };
}

/** Snowflake quotes what it lists where that is needed; what is no name as it stands is quoted here. */
function nameOf(listed: string): string {
  return NAME.test(listed) ? listed : quoted(listed);
}

/** A type as statements spell it. */
export function typeOf(on: string): string {
  return on.replaceAll('_', ' ');
}

/** The parts of a qualified name as Snowflake lists it, or null for what is none, such as a function with its arguments. */
export function partsOf(name: string): readonly string[] | null {
  return NAME.test(name) ? (name.match(new RegExp(PART, 'g')) ?? []) : null;
}
