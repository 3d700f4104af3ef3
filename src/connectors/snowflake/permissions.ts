import { nullOn } from '../kits/http/null-on.ts';
import { grantLoss, type Loss, lossesOf, notComparable, rightsLost } from '../kits/parity.ts';
import { problem, Refusal } from '../kits/problems.ts';
import { MOST_WARNINGS } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import { partsOf } from '../kits/sql/upper-case-names.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { SnowflakeDetails } from './fields.ts';
import { type Grant, readGrants } from './grants.ts';
import type { SnowflakeSession } from './open-session.ts';
import { ABSENT_OR_HIDDEN } from './refusals.ts';

/** Types of objects that are read with SELECT: TABLE, VIEW, EXTERNAL TABLE, MATERIALIZED VIEW ... */
const READABLE = /(^| )(TABLE|VIEW)$/;
const INCOMPLETE = problem(
  'SKIPPED',
  'more grants than are looked at',
  'Not all grants were looked at.',
  'Compare the rest by hand, with SHOW GRANTS TO ROLE.',
);

export const WHO = 'SELECT CURRENT_USER() AS "user", CURRENT_ROLE() AS "role"';

export async function askIdentity(session: SnowflakeSession) {
  const [row] = await session.query(WHO);
  const [user, role] = [row?.user ?? '', row?.role ?? null];
  return { user, role, to: `TO ROLE ${doubleQuoted(role ?? 'PUBLIC')};` };
}

export async function checkPermissions(session: SnowflakeSession, ownRole: string | undefined): Promise<Finding> {
  const { user, to } = await askIdentity(session);
  const { all, complete } = await readGrants(session, doubleQuoted(user), ownRole);
  if (!all.some(({ on }) => on === 'DATABASE'))
    throw new Refusal(
      missing('any database', `GRANT USAGE ON DATABASE <database> ${to} and the same for its schemas, and SELECT for its tables.`),
    );
  const readable = all.filter(({ privilege, on }) => READABLE.test(on) && /^(SELECT|OWNERSHIP)$/.test(privilege));
  const paths = readable.map(({ name }) => partsOf(name)).filter(({ length }) => length === 3);
  const schemas = [...new Set(paths.map(([database, schema]) => `${database}.${schema}`))];
  const above = (schema: string) => [`DATABASE ${partsOf(schema)[0]}`, `SCHEMA ${schema}`];
  const usable = new Set(all.filter(({ privilege }) => /^(USAGE|OWNERSHIP)$/.test(privilege)).map(({ on, name }) => `${on} ${name}`));
  const warnings = [...new Set(schemas.flatMap(above))]
    .filter((object) => !usable.has(object))
    .map((object) => missing(object, `GRANT USAGE ON ${object} ${to}`));
  // Tables of a shared database are not listed one by one.
  if (schemas.length === 0) warnings.unshift(missing('any table', `GRANT SELECT ON ALL TABLES IN SCHEMA <database>.<schema> ${to}`));
  return {
    warnings: [...warnings.slice(0, MOST_WARNINGS), ...(complete ? [] : [INCOMPLETE])],
    data: { datasetsValidated: schemas.filter((schema) => above(schema).every((object) => usable.has(object))) },
  };
}

function missing(object: string, mend: string) {
  return problem(
    'PERMISSION_MISSING',
    `nothing is granted on ${object}`,
    `The login may not use ${object}.`,
    `If its jobs need it, run: ${mend}`,
  );
}

/** What the login in use may do that the new one may not, by what SHOW GRANTS lists for the roles of both. */
export async function findLosses(session: SnowflakeSession, inUse: Pick<SnowflakeDetails, 'user' | 'role'>, ownRole: string | undefined) {
  const after = await askIdentity(session);
  const had = await nullOn(ABSENT_OR_HIDDEN, readGrants(session, inUse.user ?? '', inUse.role));
  if (had === null) throw notComparable('grants of another are hidden', 'The new login may see no grant of the one in use');
  const has = await readGrants(session, doubleQuoted(after.user), ownRole);
  const keysOf = ({ privilege, on, name }: Grant) => [privilege, 'OWNERSHIP'].map((held) => JSON.stringify([held, on, name]));
  const losses = lossesOf(rightsLost(had.all, has.all, keysOf), (grant) => lossOf(grant, after));
  return { losses, warnings: had.complete && has.complete ? [] : [INCOMPLETE] };
}

/** The privilege for the new login's role, or else the role by which the login in use has it: ownership can't be shared otherwise, nor is a routine named as it is listed. */
function lossOf({ privilege, on, name, role }: Grant, after: Awaited<ReturnType<typeof askIdentity>>): Loss {
  const what = `${privilege} on ${on.toLowerCase()} ${name}`;
  const grantable = privilege !== 'OWNERSHIP' && /^[A-Z_ ]+$/.test(privilege) && /^[A-Z ]+$/.test(on) && !/FUNCTION|PROCEDURE/.test(on);
  return !grantable || after.role === null || partsOf(name).length === 0
    ? grantLoss(`ROLE ${role}`, `TO USER ${doubleQuoted(after.user)};`, what)
    : grantLoss(`${privilege} ON ${on === 'ACCOUNT' ? 'ACCOUNT' : `${on} ${name}`}`, after.to, what);
}
