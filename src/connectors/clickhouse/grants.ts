import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { type LoginInUse, type Loss, lossesOf } from '../kits/parity.ts';
import { NotChecked } from '../kits/problems.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import { backquoted, type SqlRow, type SqlSession } from '../kits/sql/sql-session.ts';
import type { TableName } from '../kits/sql/try-tables.ts';
import type { ClickhouseDetails } from './fields.ts';

/** A line of SHOW GRANTS without its end: `GRANT SELECT ON sales.*`, or `GRANT reporting` for a role. */
export type GrantLine = string;

/** What the login may do, roles resolved where the server can do that. A line says to whom; that is cut off. */
export async function readGrants(session: SqlSession): Promise<readonly GrantLine[]> {
  // FINAL is of 24.x, and before 20.4 there is nothing to show.
  const rows = await session
    .query('SHOW GRANTS FINAL')
    .catch((error: unknown) => (isUnknown(error) ? session.query('SHOW GRANTS') : Promise.reject(error)))
    .catch((error: unknown) => Promise.reject(isUnknown(error) ? new NotChecked(...OLD) : error));
  return rows
    .flatMap((row) => Object.values(row).map(String))
    .flatMap((line) => {
      const [, what, option = ''] = /^(GRANT .*) TO \S.*?( WITH (?:GRANT|ADMIN) OPTION)?$/s.exec(line) ?? [];
      return what === undefined ? [] : [what + option];
    });
}

/** A statement or function of a later version: a syntax error, or an unknown function. */
export function isUnknown(error: unknown): boolean {
  return error instanceof ServerError && (error.serverCode === '62' || error.serverCode === '46');
}

const OLD = [
  'the server shows no grants',
  'This server is too old to say what a user may do: it keeps that in its configuration, or has no CHECK GRANT.',
  'Check by hand that the login may read what the jobs need.',
] as const;

/** Everything, or what lets a login give itself more. Newer servers list the parts of ACCESS MANAGEMENT in its place, those that are about users ON * alone. */
export function isAdministrator(grants: readonly GrantLine[]): boolean {
  return grants.some((line) =>
    /^GRANT (ALL\b|.*\b(ACCESS MANAGEMENT|ROLE ADMIN|CREATE USER|ALTER USER|IMPERSONATE)\b).* ON \*(\.\*)?( WITH GRANT OPTION)?$/.test(
      line,
    ),
  );
}

/** Asked of the server itself, which knows of roles and wildcards. */
export async function mayRead(session: SqlSession, { schema, name }: TableName): Promise<boolean> {
  try {
    return isOne(await session.query(`CHECK GRANT SELECT ON ${backquoted(schema, name)}`));
  } catch (error) {
    if (isUnknown(error)) throw new NotChecked(...OLD);
    if (error instanceof ServerError) return false;
    throw error;
  }
}

async function isGranted(session: SqlSession, line: GrantLine): Promise<boolean> {
  try {
    return isOne(await session.query(`CHECK ${line}`));
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}

function isOne([row]: readonly SqlRow[]): boolean {
  return row !== undefined && Number(Object.values(row)[0]) === 1;
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
