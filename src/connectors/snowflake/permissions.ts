import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { type Loss, reportLosses, reportNoComparison, reportSameLogin } from '../shared/parity.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import { type Grant, partsOf, readGrants, typeOf } from './grants.ts';
import type { SnowflakeDetails } from './index.ts';
import { identifier, quoted } from './problems.ts';
import type { SnowflakeSession } from './session.ts';
import { askIdentity, type Identity, inSession, isAbsentOrHidden } from './validate.ts';

type Input = ValidatorInput<SnowflakeDetails>;

/** Warnings of one report. */
const MOST_WARNINGS = 20;
/** Types of objects that are read with SELECT: TABLE, VIEW, EXTERNAL_TABLE, MATERIALIZED_VIEW ... */
const READABLE = /(^|_)(TABLE|VIEW)$/;

export async function validatePermissions(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  return await inSession(input, async (session) => {
    const { user, role } = await askIdentity(session);
    const { all, complete } = await readGrants(session, quoted(user), input.credentials.role);
    const grantee = quoted(role ?? 'PUBLIC');
    const may = (on: string, name: string) =>
      all.some((grant) => grant.on === on && grant.name === name && (grant.privilege === 'USAGE' || grant.privilege === 'OWNERSHIP'));
    if (!all.some(({ on }) => on === 'DATABASE')) return { errors: [usesNoDatabase(grantee)], warnings: [] };
    const schemas = readableSchemas(all);
    const missing = [
      ...new Set(
        schemas.flatMap(([database, schema]) => [
          ...(may('DATABASE', database) ? [] : [`DATABASE ${database}`]),
          ...(may('SCHEMA', `${database}.${schema}`) ? [] : [`SCHEMA ${database}.${schema}`]),
        ]),
      ),
    ];
    const warnings = [
      ...(schemas.length === 0 ? [readsNothing(grantee)] : []),
      ...missing.map((object) => mayNotUse(object, grantee)),
    ].slice(0, MOST_WARNINGS);
    const reached = schemas.filter(([database, schema]) => may('DATABASE', database) && may('SCHEMA', `${database}.${schema}`));
    return {
      errors: [],
      warnings: complete ? warnings : [...warnings, incomplete()],
      data: { datasetsValidated: reached.map((path) => path.join('.')) },
    };
  });
}

function readableSchemas(grants: readonly Grant[]): readonly (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  for (const { privilege, on, name } of grants) {
    const [database, schema, object] =
      READABLE.test(on) && (privilege === 'SELECT' || privilege === 'OWNERSHIP') ? (partsOf(name) ?? []) : [];
    if (database !== undefined && schema !== undefined && object !== undefined) found.set(`${database}.${schema}`, [database, schema]);
  }
  return [...found.values()];
}

/** What the login in use may do that the new one may not, by what SHOW GRANTS lists for the roles of both. */
export async function validateParity(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  const { current, credentials } = input;
  if (current === null) return reportLosses(null, []);
  const before = current.user;
  if (before === undefined)
    return reportNoComparison(
      'the login in use names no user',
      'The login in use is a token that names its user by itself, so there is nothing to compare with.',
    );
  if (credentials.user !== undefined && sameName(before, credentials.user) && sameName(current.role ?? '', credentials.role ?? ''))
    return reportSameLogin(before, current.account === credentials.account && current.url === credentials.url);
  return await inSession(input, async (session) => {
    const after = await askIdentity(session);
    const had = await readOther(session, identifier(before), current.role);
    if (had === null)
      return reportNoComparison(
        'the new login may not see the grants of the login in use',
        'The new login may not see what the login in use was granted, or it no longer exists, so there is nothing to compare with.',
      );
    const has = await readGrants(session, quoted(after.user), credentials.role);
    const report = reportLosses(before, findLosses(had.all, has.all, after));
    return had.complete && has.complete ? report : { ...report, warnings: [incomplete()] };
  });
}

function sameName(one: string, other: string): boolean {
  return identifier(one) === identifier(other);
}

async function readOther(session: SnowflakeSession, user: string, role: string | undefined) {
  try {
    return await readGrants(session, user, role);
  } catch (error) {
    if (isAbsentOrHidden(error)) return null;
    throw error;
  }
}

function findLosses(had: readonly Grant[], has: readonly Grant[], after: Identity): readonly Loss[] {
  const key = (privilege: string, { on, name }: Grant) => JSON.stringify([privilege, on, name]);
  const own = new Set(has.map((grant) => key(grant.privilege, grant)));
  const lost = had.filter((grant) => !own.has(key(grant.privilege, grant)) && !own.has(key('OWNERSHIP', grant)));
  const losses = lost.map((grant) => ({
    what: `${grant.privilege} on ${typeOf(grant.on).toLowerCase()} ${grant.name}`,
    mend: mendOf(grant, after),
  }));
  return [...new Map(losses.map((loss) => [loss.what, loss])).values()];
}

/** The privilege for the new login's role, or else the role by which the login in use has it: ownership can't be shared otherwise, nor is a routine named as it is listed. */
function mendOf({ privilege, on, name, role }: Grant, after: Identity): string {
  const grantable = privilege !== 'OWNERSHIP' && /^[A-Z_ ]+$/.test(privilege) && /^[A-Z_]+$/.test(on) && !/FUNCTION|PROCEDURE/.test(on);
  if (!grantable || after.role === null || partsOf(name) === null) return `GRANT ROLE ${role} TO USER ${quoted(after.user)};`;
  return `GRANT ${privilege} ON ${on === 'ACCOUNT' ? 'ACCOUNT' : `${typeOf(on)} ${name}`} TO ROLE ${quoted(after.role)};`;
}

function usesNoDatabase(grantee: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: 'no privilege on any database',
    friendlyMessage: 'The login works, but it may not use a single database.',
    resolution: `Run, for what its jobs read: GRANT USAGE ON DATABASE <database> TO ROLE ${grantee}; and the same for its schemas, and SELECT for its tables.`,
  };
}

function readsNothing(grantee: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: 'no SELECT on any table or view',
    friendlyMessage:
      'The login may use databases, but was granted no table or view. Tables of a shared database are not listed one by one.',
    resolution: `If its jobs need it, run: GRANT SELECT ON ALL TABLES IN SCHEMA <database>.<schema> TO ROLE ${grantee};`,
  };
}

function mayNotUse(object: string, grantee: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: `no USAGE on ${object}`,
    friendlyMessage: `The login was granted tables in ${object}, and can't reach them without USAGE on it.`,
    resolution: `If its jobs need it, run: GRANT USAGE ON ${object} TO ROLE ${grantee};`,
  };
}

function incomplete(): Problem {
  return {
    code: 'SKIPPED',
    cause: 'more roles or grants than are looked at',
    friendlyMessage: 'There are more grants than this check reads; what is beyond them was not checked.',
    resolution: 'Compare the rest by hand, with SHOW GRANTS TO ROLE.',
  };
}
