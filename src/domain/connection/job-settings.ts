import type { Connector } from '../connector/connector.ts';
import { badRequest } from '../errors/errors.ts';
import type { Connection } from './connection.ts';
import { type GivenDbtFilter, readDbtFilter } from './dbt-filter.ts';

/** What its maker says of the jobs that will use a connection. */
export interface GivenJobs {
  readonly jobTypes?: readonly (string | null | undefined)[];
  readonly jobLimits?: unknown;
  readonly dbtFilter?: GivenDbtFilter;
}

/** Throws BAD_REQUEST that names the argument. */
export function readJobs(
  connector: Pick<Connector, 'kind' | 'category'>,
  { jobTypes = [], jobLimits, dbtFilter = {} }: GivenJobs,
): Pick<Connection, 'jobTypes' | 'jobLimits' | 'dbtFilter'> {
  return { jobTypes: readJobTypes(jobTypes), jobLimits: readJobLimits(jobLimits), dbtFilter: readDbtFilter(connector, dbtFilter) };
}

/** What jobs may do with a connection, in the lead API's words. None named: whatever the jobs themselves do. */
export const JOB_TYPES = ['metadata', 'query_logs', 'sql_query', 'json_schema'] as const;

/** Throws BAD_REQUEST for one that no job has, or that is named twice. */
export function readJobTypes(given: readonly (string | null | undefined)[]): readonly string[] {
  const types = given.filter((type) => type != null).map((type) => type.trim().toLowerCase());
  if (types.some((type) => !JOB_TYPES.some((known) => known === type)))
    throw badRequest('jobTypes', `jobTypes are some of ${JOB_TYPES.join(', ')}.`, { known: JOB_TYPES });
  return [...new Set(types)];
}

/** The client's own limits of its jobs: an object, kept as it is given. Throws BAD_REQUEST. */
export function readJobLimits(given: unknown): unknown {
  if (given === null || given === undefined) return null;
  if (typeof given !== 'object' || Array.isArray(given)) throw badRequest('jobLimits', 'jobLimits is a JSON object.');
  return given;
}
