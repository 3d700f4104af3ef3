import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { type LoginInUse, type Loss, lossesOf } from '../kits/parity.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import { backquoted, type SqlSession } from '../kits/sql/sql-session.ts';
import type { ClickhouseDetails } from './fields.ts';

/** A line of SHOW GRANTS without its end: `GRANT SELECT ON sales.*`, or `GRANT reporting` for a role. */
export type GrantLine = string;

/** What the login may do, roles resolved where the server can do that. A line says to whom; that is cut off. */
export async function readGrants(session: SqlSession): Promise<readonly GrantLine[]> {
  const rows = await session.query('SHOW GRANTS FINAL').catch((error: unknown) => {
    // FINAL is of 24.x; 62 is a syntax error.
    if (error instanceof ServerError && error.serverCode === '62') return session.query('SHOW GRANTS');
    throw error;
  });
  return rows
    .flatMap((row) => Object.values(row).map(String))
    .flatMap((line) => {
      const [, what, option = ''] = /^(GRANT .*) TO \S.*?( WITH (?:GRANT|ADMIN) OPTION)?$/s.exec(line) ?? [];
      return what === undefined ? [] : [what + option];
    });
}

/** Everything, or what lets a login give itself more. Newer servers list the parts of ACCESS MANAGEMENT in its place, those that are about users ON * alone. */
export function isAdministrator(grants: readonly GrantLine[]): boolean {
  return grants.some((line) =>
    /^GRANT (ALL\b|.*\b(ACCESS MANAGEMENT|ROLE ADMIN|CREATE USER|ALTER USER|IMPERSONATE)\b).* ON \*(\.\*)?( WITH GRANT OPTION)?$/.test(
      line,
    ),
  );
}

/** Asked of the server itself, which knows of roles and wildcards. */
export async function mayRead(session: SqlSession, { schema, name }: { readonly schema: string; readonly name: string }): Promise<boolean> {
  return await isGranted(session, `GRANT SELECT ON ${backquoted(schema, name)}`);
}

async function isGranted(session: SqlSession, line: GrantLine): Promise<boolean> {
  try {
    const [row] = await session.query(`CHECK ${line}`);
    return row !== undefined && Number(Object.values(row)[0]) === 1;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}

/** The lines that the new login does not have, and that no other of its grants covers, as the server itself says. */
export async function findLosses(
  session: SqlSession,
  inUse: LoginInUse<ClickhouseDetails, SqlSession>,
  { credentials: { user } }: ValidatorInput<ClickhouseDetails>,
): Promise<readonly Loss[]> {
  const had = await inUse.read(readGrants);
  const has = new Set(await readGrants(session));
  const lost: GrantLine[] = [];
  for (const line of had) {
    if (has.has(line)) continue;
    // A privilege on something can be asked for; a role, or what may be passed on, is compared by its line.
    if (!/ WITH (GRANT|ADMIN) OPTION$/.test(line) && line.includes(' ON ') && (await isGranted(session, line))) continue;
    lost.push(line);
  }
  return lossesOf(lost, (line) => ({ what: line.replace(/^GRANT /, ''), mend: `${withUser(line, user)};` }));
}

/** The grantee stands before what a line ends with. */
function withUser(line: GrantLine, user: string): string {
  const [, what = line, option = ''] = /^(.*?)( WITH (?:GRANT|ADMIN) OPTION)?$/s.exec(line) ?? [];
  return `${what} TO ${backquoted(user)}${option}`;
}
