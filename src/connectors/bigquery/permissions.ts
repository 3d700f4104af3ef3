import { z } from 'zod';
import type { EgressSession } from '../../domain/connector/egress.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { heldPermissions, lacking } from '../kits/google/project-permissions.ts';
import { type HttpSession, openHttp } from '../kits/http/http-session.ts';
import { nullOn } from '../kits/http/null-on.ts';
import { problem } from '../kits/problems.ts';
import type { Finding } from '../kits/usual-validators.ts';
import { accountOf, apiOf, authorizationOf, type BigqueryDetails, projectOf } from './fields.ts';

export const DATASETS = z.object({
  kind: z.literal('bigquery#datasetList'),
  datasets: z.array(z.object({ datasetReference: z.object({ datasetId: z.string() }) })).nullish(),
});
const TABLES = z.object({
  tables: z.array(z.object({ type: z.string().nullish(), tableReference: z.object({ tableId: z.string() }) })).nullish(),
});

/** Which role gives what is asked for, least first. */
const ROLES: Readonly<Record<string, string>> = {
  'bigquery.jobs.create': 'roles/bigquery.jobUser',
  'bigquery.datasets.get': 'roles/bigquery.metadataViewer',
  'bigquery.tables.list': 'roles/bigquery.metadataViewer',
  'bigquery.tables.get': 'roles/bigquery.metadataViewer',
  'bigquery.tables.getData': 'roles/bigquery.dataViewer',
};

/** Makes the requests of a job, on the first table that is seen: https://cloud.google.com/bigquery/docs/reference/rest. A dry run starts nothing. */
export async function checkPermissions(session: HttpSession, details: BigqueryDetails): Promise<Finding> {
  const below = pathOf(details);
  const missing: string[] = [];
  const attempt = async <T>(permission: string, ask: () => Promise<T>): Promise<T | null> => {
    const found = await nullOn(['accessDenied'], ask());
    if (found === null) missing.push(permission);
    return found;
  };
  const query = { query: 'SELECT 1', useLegacySql: false, dryRun: true };
  await attempt('bigquery.jobs.create', () => session.ask({ path: `${below}/queries`, method: 'POST', body: query }, z.object({})));
  const { datasets } = await session.ask(`${below}/datasets?maxResults=1`, DATASETS);
  const dataset = datasets?.[0]?.datasetReference.datasetId;
  const tables =
    dataset === undefined
      ? null
      : await attempt('bigquery.tables.list', () =>
          session.ask(`${below}/datasets/${encodeURIComponent(dataset)}/tables?maxResults=50`, TABLES),
        );
  // Rows of a view can't be listed.
  const table = tables?.tables?.find(({ type }) => type === 'TABLE')?.tableReference.tableId;
  if (dataset !== undefined && table !== undefined)
    await attempt('bigquery.tables.getData', () =>
      session.ask(`${below}/datasets/${encodeURIComponent(dataset)}/tables/${encodeURIComponent(table)}/data?maxResults=1`, z.object({})),
    );
  return {
    errors: missing.map((permission) => lacking('PERMISSION_MISSING', permission, lackOf(permission, details))),
    warnings: dataset === undefined ? [NOTHING_SEEN] : [],
    data: {
      projectsValidated: [projectOf(details)],
      datasetsValidated: dataset === undefined ? [] : [dataset],
      tablesValidated: table === undefined ? [] : [`${dataset}.${table}`],
    },
  };
}

/** What the account holds in the whole project. */
export async function heldIn(details: BigqueryDetails, egress: EgressSession): Promise<ReadonlySet<string>> {
  const headers = await authorizationOf(details, egress);
  const session = openHttp(egress, apiOf('cloudresourcemanager', details), async () => headers);
  return await heldPermissions(session, projectOf(details), Object.keys(ROLES));
}

/** A role in a dataset escapes what is known of the project, so a difference there only warns. */
export function warnOfLost(before: ReadonlySet<string>, after: ReadonlySet<string>, details: BigqueryDetails): readonly Problem[] {
  return [...before]
    .filter((permission) => !after.has(permission))
    .map((permission) => lacking('PERMISSION_LOST', permission, lackOf(permission, details)));
}

function lackOf(permission: string, details: BigqueryDetails) {
  const { client_email: email } = accountOf(details);
  return { projectId: projectOf(details), email, role: ROLES[permission] ?? '', elsewhere: 'its datasets' };
}

export function pathOf(details: BigqueryDetails): string {
  return `/bigquery/v2/projects/${encodeURIComponent(projectOf(details))}`;
}

/** Only what may be seen is listed. */
const NOTHING_SEEN = problem(
  'PERMISSION_MISSING',
  'no dataset is listed',
  'The project has no datasets, or the service account sees none of them.',
  'Grant it roles/bigquery.metadataViewer and roles/bigquery.dataViewer on what is to be read.',
);
