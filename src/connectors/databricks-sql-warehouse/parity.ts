import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import { type Loss, reportLosses, reportNoComparison, reportSameLogin } from '../shared/parity.ts';
import { skippedAsAsked } from '../shared/skipped-as-asked.ts';
import type { DatabricksDetails } from './define-databricks.ts';
import { notReady, quoted } from './problems.ts';
import { askIdentity, type Identity, inWorkspace, readPrincipal } from './validate.ts';
import { DatabricksError, type Row, type Workspace } from './workspace.ts';

/** Every account's group of all its members. */
const EVERYBODY = 'account users';
/** Most grantees that are asked about at once: the two principals and the groups they are in. */
const MOST_GRANTEES = 100;
const MOST_GRANTS = 2000;

/** The information schema's relations of grants, with the column prefixes that name the object. */
const RELATIONS = [
  { object: 'CATALOG', relation: 'catalog_privileges', name: ['catalog_name'] },
  { object: 'SCHEMA', relation: 'schema_privileges', name: ['catalog_name', 'schema_name'] },
  { object: 'TABLE', relation: 'table_privileges', name: ['table_catalog', 'table_schema', 'table_name'] },
  { object: 'VOLUME', relation: 'volume_privileges', name: ['volume_catalog', 'volume_schema', 'volume_name'] },
  { object: 'FUNCTION', relation: 'routine_privileges', name: ['routine_catalog', 'routine_schema', 'routine_name'] },
] as const;

/**
 * What the service principal in use was granted in Unity Catalog, by itself or by a group, that the new login was not. The information
 * schema shows a login just the grants that it may see; where it may see none of the other's, that is said and nothing is compared.
 */
export async function validateParity(input: ValidatorInput<DatabricksDetails>): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  const before = input.current?.clientId;
  if (before !== undefined && before === input.credentials.clientId)
    return reportSameLogin(before, input.current?.workspaceUrl === input.credentials.workspaceUrl);
  if (before === undefined) {
    return input.current === null
      ? reportLosses(null, [])
      : reportNoComparison(
          'the login in use is a token',
          'The login in use is a token, which does not say whose it is, so there is nothing to compare with.',
        );
  }
  return await inWorkspace(input, async (workspace) => {
    const after = await askIdentity(workspace);
    const old = await findPrincipal(workspace, before);
    const grants = await readGrants(workspace, [...new Set([...granteesOf(old), ...granteesOf(after)])].slice(0, MOST_GRANTEES));
    if (grants === null) return { errors: [], warnings: [notReady()] };
    const had = grants.filter(({ grantee }) => granteesOf(old).includes(grantee));
    if (had.length === 0)
      return reportNoComparison(
        'no grant of the login in use is visible',
        'The new login may not see what the login in use was granted, so there is nothing to compare with.',
      );
    return reportLosses(
      before,
      findLosses(
        had,
        grants.filter(({ grantee }) => granteesOf(after).includes(grantee)),
        after.name,
      ),
    );
  });
}

function granteesOf({ name, groups }: Identity): readonly string[] {
  return [name, ...groups, EVERYBODY];
}

/** With its groups where the new login may look it up, else by itself. */
async function findPrincipal(workspace: Workspace, applicationId: string): Promise<Identity> {
  const alone = { name: applicationId, groups: [] };
  // The filter is a quoted text; an id that holds anything else is not looked up.
  if (!/^[A-Za-z0-9-]+$/.test(applicationId)) return alone;
  try {
    const answer = await workspace.get(
      `/api/2.0/preview/scim/v2/ServicePrincipals?filter=${encodeURIComponent(`applicationId eq "${applicationId}"`)}`,
    );
    const [found] = Array.isArray(answer.Resources) ? (answer.Resources as readonly unknown[]) : [];
    return found === undefined ? alone : readPrincipal(found);
  } catch (error) {
    if (error instanceof DatabricksError && error.status === 403) return alone;
    throw error;
  }
}

interface Grant {
  readonly grantee: string;
  readonly object: string;
  readonly path: readonly string[];
  readonly privilege: string;
  readonly inherited: boolean;
}

async function readGrants(workspace: Workspace, grantees: readonly string[]): Promise<readonly Grant[] | null> {
  const parameters = Object.fromEntries(grantees.map((grantee, index) => [`g${index}`, grantee]));
  const among = Object.keys(parameters)
    .map((name) => `:${name}`)
    .join(', ');
  const parts = RELATIONS.map(
    ({ object, relation, name: [catalog, schema = 'NULL', leaf = 'NULL'] }) =>
      `SELECT '${object}' AS object, grantee, privilege_type, inherited_from, ${catalog} AS catalog, ${schema} AS schema, ${leaf} AS leaf
       FROM system.information_schema.${relation} WHERE grantee IN (${among})`,
  );
  const rows = await workspace.query(
    `${parts.join('\nUNION ALL\n')}\nORDER BY catalog, schema, leaf, privilege_type LIMIT ${MOST_GRANTS}`,
    parameters,
  );
  return rows?.map(readGrant) ?? null;
}

function readGrant(row: Row): Grant {
  return {
    grantee: row.grantee ?? '',
    object: row.object ?? '',
    path: [row.catalog, row.schema, row.leaf].flatMap((part) => (part === null || part === undefined ? [] : [part])),
    // `USE_CATALOG` in the information schema is USE CATALOG in GRANT.
    privilege: (row.privilege_type ?? '').replaceAll('_', ' '),
    inherited: row.inherited_from !== null && row.inherited_from !== 'NONE',
  };
}

function findLosses(had: readonly Grant[], has: readonly Grant[], after: string): readonly Loss[] {
  const lost = had.filter((grant) => !grant.inherited && !has.some((own) => covers(own, grant)));
  const losses = lost.map(({ privilege, object, path }) => {
    const name = path.map(quoted).join('.');
    return {
      what: `${privilege} on ${object.toLowerCase()} ${name}`,
      mend: `GRANT ${privilege} ON ${object} ${name} TO ${quoted(after)};`,
    };
  });
  return [...new Map(losses.map((loss) => [loss.mend, loss])).values()];
}

/** A grant covers another of the same privilege, or of all, on the same object or below it. */
function covers(own: Grant, grant: Grant): boolean {
  const above = own.path.length < grant.path.length || own.object === grant.object;
  return (
    above &&
    (own.privilege === grant.privilege || own.privilege === 'ALL PRIVILEGES') &&
    own.path.every((part, index) => part === grant.path[index])
  );
}
