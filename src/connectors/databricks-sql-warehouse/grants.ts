import type { HttpSession } from '../kits/http/http-session.ts';
import { type Loss, lossesOf, notComparable, objectLoss, rightsLost } from '../kits/parity.ts';
import { NotChecked, Refusal } from '../kits/problems.ts';
import { mayNotRead, readsNothing } from '../kits/sql/readable-schemas.ts';
import { backquoted } from '../kits/sql/sql-session.ts';
import type { Finding } from '../kits/usual-validators.ts';
import { askIdentity, findPrincipal } from './principal.ts';
import type { RunStatement } from './statements.ts';

/** The information schema lists what the login has any privilege on; a sample is read to no row, since seeing is not reading. */
const VISIBLE = `SELECT table_catalog, table_schema, min(table_name) AS example FROM system.information_schema.tables
 WHERE table_schema <> 'information_schema' AND table_catalog NOT IN ('system', 'samples')
 GROUP BY table_catalog, table_schema ORDER BY table_catalog, table_schema LIMIT 500`;
/** Tables that are tried; each is one statement, and all share one deadline. */
const SAMPLE = 3;

export async function checkPermissions(session: HttpSession, run: RunStatement): Promise<Finding> {
  const to = `TO ${backquoted((await askIdentity(session)).name)};`;
  const schemas = await run(VISIBLE);
  if (schemas.length === 0) throw new Refusal(readsNothing(`GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG <catalog> ${to}`));
  const sample = schemas.slice(0, SAMPLE).map((row) => backquoted(...Object.values(row).map(String)));
  const answers = await Promise.all(sample.map((table) => run(`SELECT * FROM ${table} LIMIT 0`).catch((error: unknown) => error)));
  const broken = answers.find((answer) => answer instanceof Error && !(answer instanceof Refusal || answer instanceof NotChecked));
  if (broken !== undefined) throw broken;
  const problems = sample
    .filter((_, index) => answers[index] instanceof Refusal)
    .map((table) => mayNotRead(table, `GRANT SELECT ON TABLE ${table} ${to} and check USE CATALOG and USE SCHEMA above it.`));
  // One warning for all of them: they wait for the same warehouse.
  const unchecked = answers.flatMap((answer) => (answer instanceof NotChecked ? answer.problem : [])).slice(0, 1);
  return {
    ...(problems.length === sample.length ? { errors: problems } : { warnings: [...problems, ...unchecked] }),
    data: {
      datasetsValidated: schemas.map((row) => `${row.table_catalog}.${row.table_schema}`),
      tablesValidated: sample.filter((_, index) => Array.isArray(answers[index])),
    },
  };
}

/** The information schema's relations of grants, with the columns that name the object. */
const RELATIONS = [
  ['CATALOG', 'catalog_privileges', 'catalog_name', 'NULL', 'NULL'],
  ['SCHEMA', 'schema_privileges', 'catalog_name', 'schema_name', 'NULL'],
  ['TABLE', 'table_privileges', 'table_catalog', 'table_schema', 'table_name'],
  ['VOLUME', 'volume_privileges', 'volume_catalog', 'volume_schema', 'volume_name'],
  ['FUNCTION', 'routine_privileges', 'routine_catalog', 'routine_schema', 'routine_name'],
] as const;
/** Most grantees that are asked about at once: the two principals and the groups they are in. */
const MOST_GRANTEES = 100;

/**
 * What the service principal in use was granted in Unity Catalog, by itself or by a group, that the new login was not. The information
 * schema shows a login just the grants that it may see; where it may see none of the other's, that is said and nothing is compared.
 */
export async function findLosses(session: HttpSession, run: RunStatement, before: string): Promise<readonly Loss[]> {
  const after = await askIdentity(session);
  // Every account has a group of all its members.
  const granteesOf = ({ name, groups }: typeof after) => [name, ...groups, 'account users'];
  const [had, has] = [granteesOf(await findPrincipal(session, before)), granteesOf(after)];
  const grants = await readGrants(run, [...new Set([...had, ...has])].slice(0, MOST_GRANTEES));
  const held = grants.filter(({ grantee }) => had.includes(grantee));
  const own = grants.filter(({ grantee }) => has.includes(grantee));
  if (held.length === 0) throw notComparable('no grant of the login in use is visible', 'The new login may see no grant of the one in use');
  const given = held.filter(({ inherited }) => !inherited);
  return lossesOf(rightsLost(given, own, keysOf), ({ privilege, object, path }) =>
    objectLoss(privilege, object, backquoted(...path), `TO ${backquoted(after.name)};`),
  );
}

async function readGrants(run: RunStatement, grantees: readonly string[]) {
  const parameters = Object.fromEntries(grantees.map((grantee, index) => [`g${index}`, grantee]));
  const among = Object.keys(parameters).map((name) => `:${name}`);
  const parts = RELATIONS.map(
    ([object, relation, catalog, schema, leaf]) =>
      `SELECT '${object}' AS object, grantee, privilege_type, inherited_from, ${catalog} AS catalog, ${schema} AS schema, ${leaf} AS leaf
         FROM system.information_schema.${relation} WHERE grantee IN (${among.join(', ')})`,
  );
  const rows = await run(`${parts.join('\nUNION ALL\n')}\nORDER BY catalog, schema, leaf, privilege_type LIMIT 2000`, parameters);
  return rows.map(({ grantee, object, catalog, schema, leaf, privilege_type: privilege, inherited_from: source }) => ({
    grantee: grantee ?? '',
    object: object ?? '',
    path: [catalog, schema, leaf].filter((part) => typeof part === 'string'),
    // `USE_CATALOG` in the information schema is USE CATALOG in GRANT.
    privilege: (privilege ?? '').replaceAll('_', ' '),
    inherited: source !== null && source !== 'NONE',
  }));
}

/** A grant is covered by one of the same privilege, or of all, on the same object or above it. */
function keysOf({ privilege, object, path }: Awaited<ReturnType<typeof readGrants>>[number]): readonly string[] {
  const objects = [[object, ...path], ...['CATALOG', 'SCHEMA'].map((above, index) => [above, ...path.slice(0, index + 1)])];
  return [privilege, 'ALL PRIVILEGES'].flatMap((given) => objects.map((named) => JSON.stringify([given, ...named])));
}
