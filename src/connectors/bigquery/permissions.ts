import { z } from 'zod';
import type { EgressSession } from '../../domain/connector/egress.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { HttpFailure, type HttpSession, openHttp } from '../kits/http/http-session.ts';
import { NotChecked, problem } from '../kits/problems.ts';
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
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.code !== 'accessDenied') throw error;
      missing.push(permission);
      return null;
    }
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
    errors: missing.map((permission) => lacking('PERMISSION_MISSING', permission, details)),
    warnings: dataset === undefined ? [NOTHING_SEEN] : [],
    data: {
      projectsValidated: [projectOf(details)],
      datasetsValidated: dataset === undefined ? [] : [dataset],
      tablesValidated: table === undefined ? [] : [`${dataset}.${table}`],
    },
  };
}

const HELD = z.object({ permissions: z.array(z.string()).nullish() });

/** What the account holds in the whole project. Needs no permission: https://cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions */
export async function heldPermissions(details: BigqueryDetails, egress: EgressSession): Promise<ReadonlySet<string>> {
  const headers = await authorizationOf(details, egress);
  const session = openHttp(egress, apiOf('cloudresourcemanager', details), async () => headers);
  const path = `/v1/projects/${encodeURIComponent(projectOf(details))}:testIamPermissions`;
  try {
    return new Set((await session.ask({ path, method: 'POST', body: { permissions: Object.keys(ROLES) } }, HELD)).permissions ?? []);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 403) throw error;
    throw new NotChecked(
      'testIamPermissions was refused',
      'Google did not say what the service account may do in the project.',
      'Enable the Cloud Resource Manager API in the project, or compare the roles by hand.',
    );
  }
}

/** A role in a dataset escapes what is known of the project, so a difference there only warns. */
export function warnOfLost(before: ReadonlySet<string>, after: ReadonlySet<string>, details: BigqueryDetails): readonly Problem[] {
  return [...before].filter((permission) => !after.has(permission)).map((permission) => lacking('PERMISSION_LOST', permission, details));
}

function lacking(code: 'PERMISSION_MISSING' | 'PERMISSION_LOST', permission: string, details: BigqueryDetails): Problem {
  const { client_email: email } = accountOf(details);
  const member = /^[\w.+-]+@[\w.-]+$/.test(email) ? email : 'EMAIL';
  const mend = `gcloud projects add-iam-policy-binding ${projectOf(details)} --member=serviceAccount:${member} --role=${ROLES[permission]}`;
  const said =
    code === 'PERMISSION_MISSING'
      ? `The service account may not do what its jobs need: ${permission}.`
      : `The service account in use holds this in the whole project, and the new one does not: ${permission}.`;
  return problem(code, permission, said, `Run: ${mend}${code === 'PERMISSION_LOST' ? ', unless a role in its datasets gives it' : ''}`);
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
