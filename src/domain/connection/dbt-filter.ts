import type { Connector } from '../connector/connector.ts';
import { badRequest } from '../errors/errors.ts';

/** Which of dbt's runs belong to a connection: what its jobs keep of the events that dbt sends. */
export interface DbtFilter {
  /** Null: nobody ever said. */
  readonly filtersEvents: boolean | null;
  /** Names of dbt environments; null: nobody ever said. */
  readonly environments: readonly string[] | null;
  /** A run is kept when one of the fields of its environment's connection is one of the values; no fields: its name and its id. */
  readonly allowList: { readonly fields: readonly string[]; readonly values: readonly string[] } | null;
}

/** As clients give it. */
export interface GivenDbtFilter {
  readonly filterDbtCloudEvents?: boolean | null | undefined;
  readonly allowedDbtCloudEnvironments?: readonly string[] | null | undefined;
  readonly dbtCloudConnectionAllowList?: { readonly fields: readonly string[]; readonly values: readonly string[] } | null | undefined;
  /** The older form of the list: names and ids. */
  readonly allowedDbtCloudConnections?: readonly string[] | null | undefined;
}

const MOST_LISTED = 200;
const MOST_CHARACTERS = 1024;

/** Null where nothing was given. Throws BAD_REQUEST that names the argument: for another kind, or for a list that would do nothing. */
export function readDbtFilter({ kind, category }: Pick<Connector, 'kind' | 'category'>, given: GivenDbtFilter): DbtFilter | null {
  const { filterDbtCloudEvents, allowedDbtCloudEnvironments, dbtCloudConnectionAllowList, allowedDbtCloudConnections } = given;
  const said = [
    ['filterDbtCloudEvents', filterDbtCloudEvents],
    ['allowedDbtCloudEnvironments', allowedDbtCloudEnvironments],
    ['dbtCloudConnectionAllowList', dbtCloudConnectionAllowList],
    ['allowedDbtCloudConnections', allowedDbtCloudConnections],
  ] as const;
  const names = said.flatMap(([name, value]) => (value == null ? [] : [name]));
  const [first] = names;
  if (first === undefined) return null;
  if (category !== 'dbt') throw badRequest(first, `${first} is for connections to dbt, and kind "${kind}" is none; leave it out.`);
  if (dbtCloudConnectionAllowList != null && allowedDbtCloudConnections != null)
    throw badRequest('allowedDbtCloudConnections', 'Give dbtCloudConnectionAllowList or allowedDbtCloudConnections, and not both.');
  const list = names.find((name) => name === 'dbtCloudConnectionAllowList' || name === 'allowedDbtCloudConnections');
  if (list !== undefined && filterDbtCloudEvents !== true)
    throw badRequest(list, `${list} does something with filterDbtCloudEvents: true alone.`);
  return {
    filtersEvents: filterDbtCloudEvents ?? null,
    environments: allowedDbtCloudEnvironments == null ? null : requireShort(allowedDbtCloudEnvironments, 'allowedDbtCloudEnvironments'),
    allowList: readAllowList(given),
  };
}

function readAllowList({ dbtCloudConnectionAllowList: list, allowedDbtCloudConnections: older }: GivenDbtFilter): DbtFilter['allowList'] {
  if (older != null) return { fields: [], values: requireShort(older, 'allowedDbtCloudConnections') };
  if (list == null) return null;
  return {
    fields: requireShort(list.fields, 'dbtCloudConnectionAllowList.fields'),
    values: requireShort(list.values, 'dbtCloudConnectionAllowList.values'),
  };
}

function requireShort(values: readonly string[], path: string): readonly string[] {
  if (values.length > MOST_LISTED || values.some((value) => value.length > MOST_CHARACTERS || !value.isWellFormed()))
    throw badRequest(path, `${path} has at most ${MOST_LISTED} entries, each of at most ${MOST_CHARACTERS} characters.`);
  return values;
}
