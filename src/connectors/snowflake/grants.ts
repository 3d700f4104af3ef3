import type { TextRow } from '../kits/sql/sql-session.ts';
import { identifier, listedName } from '../kits/sql/upper-case-names.ts';
import { walk } from '../kits/walk.ts';
import type { SnowflakeSession } from './open-session.ts';

/** Roles that are looked at, and grants of each; all share the deadline of one check. */
const ROLES = { most: 40, atOnce: 8 };
const MOST_GRANTS = 2000;

/**
 * What a user may do by all of its roles, or by one, through roles that were granted to roles; `complete` is false when there was more than
 * is looked at. Throws where the session may not see that.
 */
export async function readGrants(session: SnowflakeSession, user: string, role: string | undefined) {
  const roots = role === undefined ? await rolesOf(session, user) : [identifier(role)];
  const all: Grant[] = [];
  let whole = true;
  const visit = async ({ key, root }: { readonly key: string; readonly root: string }) => {
    const listed = await session.list(`SHOW GRANTS TO ${key} LIMIT ${MOST_GRANTS}`);
    whole &&= listed.complete && listed.rows.length < MOST_GRANTS;
    const grants = listed.rows.map((row) => readGrant(row, root));
    const isRole = ({ privilege, on }: Grant) => privilege === 'USAGE' && (on === 'ROLE' || on === 'DATABASE ROLE');
    all.push(...grants.filter((grant) => !isRole(grant)));
    return grants.filter(isRole).map(({ on, name }) => ({ key: `${on} ${listedName(name)}`, root }));
  };
  const nodes = roots.map((root) => ({ key: `ROLE ${root}`, root }));
  const complete = await walk(nodes, visit, ROLES);
  return { all, complete: complete && whole };
}

/** A privilege that a login has, and the role that it has it by: one that was granted to the user. The type is as statements spell it, EXTERNAL TABLE or ACCOUNT, and not as SHOW GRANTS does; the name is qualified, and quoted where it needs to be. */
function readGrant({ privilege, granted_on: on, name }: TextRow, role: string) {
  return { privilege: privilege ?? '', on: (on ?? '').replaceAll('_', ' '), name: name ?? '', role };
}

export type Grant = ReturnType<typeof readGrant>;

/** Everybody has the role PUBLIC, and it is not listed. */
async function rolesOf(session: SnowflakeSession, user: string): Promise<readonly string[]> {
  const rows = await session.query(`SHOW GRANTS TO USER ${user}`);
  return [...rows.flatMap(({ role }) => (role == null ? [] : [listedName(role)])), '"PUBLIC"'];
}
