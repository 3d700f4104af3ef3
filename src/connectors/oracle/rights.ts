import type { Problem } from '../../domain/connector/validation.ts';
import { grantLoss, type LoginInUse, lossesOf, rightsLost } from '../kits/parity.ts';
import { problem } from '../kits/problems.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import type { OracleDetails } from './fields.ts';

/** What a session may do: privileges of the system, roles, and privileges on tables, by itself or by a role. A name can not hold a quote. */
const RIGHTS = `SELECT 'PRIVILEGE' AS "level", privilege AS "right", '' AS "object", '' AS "role" FROM session_privs
UNION ALL SELECT 'ROLE', role, '', '' FROM session_roles
UNION ALL SELECT 'OBJECT', privilege, '"' || owner || '"."' || table_name || '"', '' FROM user_tab_privs_recd
UNION ALL SELECT 'OBJECT', r.privilege, '"' || r.owner || '"."' || r.table_name || '"', r.role FROM role_tab_privs r
UNION ALL SELECT 'OWNED', 'SELECT', '"' || USER || '"."' || table_name || '"', '' FROM user_tables`;

interface Right {
  readonly level: string;
  readonly right: string;
  readonly object: string;
  /** What gives it; empty where the user has it himself. */
  readonly role: string;
}

async function readRights(session: SqlSession): Promise<readonly Right[]> {
  return (await session.query(RIGHTS)).map((row) => ({
    level: String(row.level),
    right: String(row.right),
    // An empty text is null here.
    object: String(row.object ?? ''),
    role: String(row.role ?? ''),
  }));
}

/** Owning a table is no grant, and gives all that a grant could: what the login in use owns, the new one has to be granted. */
export async function findLosses(session: SqlSession, inUse: LoginInUse<OracleDetails, SqlSession>, user: string) {
  const had = await inUse.read(readRights);
  const to = `TO ${doubleQuoted(user.toUpperCase())};`;
  const losses = lossesOf(rightsLost(had, await readRights(session), keysOf), ({ level, right, object, role }) => {
    const given = level === 'ROLE' ? right : role;
    if (given !== '') return grantLoss(doubleQuoted(given), to, `the role ${doubleQuoted(given)}`);
    return grantLoss(level === 'PRIVILEGE' ? right : `${right} ON ${object}`, to);
  });
  return { losses, warnings: had.some(({ level }) => level === 'OWNED') ? [OWNS] : [] };
}

const OWNS: Problem = problem(
  'SKIPPED',
  'the login in use owns tables',
  'Jobs that name these tables without their schema do not find them as another user.',
  'Name them with their schema, or make synonyms.',
);

function keysOf({ level, right, object }: Right): readonly string[] {
  return [JSON.stringify([level === 'OWNED' ? 'OBJECT' : level, right, object])];
}
