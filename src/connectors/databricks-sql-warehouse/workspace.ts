import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/connector.ts';
import type { HttpReply, HttpRequest } from '../../domain/connector/egress.ts';
import { RemoteError } from '../shared/remote-error.ts';
import type { DatabricksDetails } from './define-databricks.ts';

export class DatabricksError extends RemoteError<'login' | 'request' | 'statement'> {}

export type Row = Readonly<Record<string, string | null>>;

/** A logged-in workspace, by the REST API that Databricks documents. */
export interface Workspace {
  get(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** Runs a read-only statement on the warehouse. Null when the warehouse did not get to it in time, as when it is starting. */
  query(statement: string, parameters?: Readonly<Record<string, string>>): Promise<readonly Row[] | null>;
}

/** The id under which Entra knows Azure Databricks, in every tenant. */
const AZURE_DATABRICKS = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d';
/** The least that the statement API waits for a result. */
const WAIT = '5s';

export async function openWorkspace(input: ValidatorInput<DatabricksDetails>): Promise<Workspace> {
  const { credentials } = input;
  const authorization = `Bearer ${credentials.token ?? (await obtainToken(input))}`;
  const call = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const reply = await input.egress.fetchHttp(at(credentials.workspaceUrl, path), {
      method,
      headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readReply('request', reply);
  };
  return {
    get: (path) => call('GET', path),
    async query(statement, parameters = {}) {
      const answer = readStatement(
        await call('POST', '/api/2.0/sql/statements/', {
          warehouse_id: credentials.warehouseId,
          statement,
          parameters: Object.entries(parameters).map(([name, value]) => ({ name, value, type: 'STRING' })),
          wait_timeout: WAIT,
          on_wait_timeout: 'CANCEL',
          disposition: 'INLINE',
          format: 'JSON_ARRAY',
        }),
      );
      const { state, error } = answer.status;
      if (state === 'CANCELED' || state === 'PENDING' || state === 'RUNNING') return null;
      if (state !== 'SUCCEEDED') throw new DatabricksError('statement', 200, error?.error_code ?? '', error?.message ?? '');
      const columns = answer.manifest?.schema.columns?.map(({ name }) => name) ?? [];
      return (answer.result?.data_array ?? []).map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
    },
  };
}

/** The part of https://docs.databricks.com/api/workspace/statementexecution/executestatement that is used. */
const STATEMENT = z.object({
  status: z.object({
    state: z.string(),
    error: z.object({ error_code: z.string().nullish(), message: z.string().nullish() }).nullish(),
  }),
  manifest: z.object({ schema: z.object({ columns: z.array(z.object({ name: z.string() })).nullish() }) }).nullish(),
  result: z.object({ data_array: z.array(z.array(z.string().nullable())).nullish() }).nullish(),
});

function readStatement(answer: unknown): z.output<typeof STATEMENT> {
  const read = STATEMENT.safeParse(answer);
  if (!read.success) throw notDatabricks('request');
  return read.data;
}

/** It answered, and not with what Databricks says that it answers. */
export function notDatabricks(stage: 'login' | 'request'): DatabricksError {
  return new DatabricksError(stage, 200, '', '');
}

/** OAuth 2 client credentials: of the workspace itself, or of Entra for a service principal that Azure manages. */
async function obtainToken({ credentials, egress }: ValidatorInput<DatabricksDetails>): Promise<string> {
  const {
    workspaceUrl,
    clientId = '',
    clientSecret = '',
    azureTenantId,
    azureLoginUrl = 'https://login.microsoftonline.com',
  } = credentials;
  const [url, request] =
    azureTenantId === undefined
      ? [
          at(workspaceUrl, '/oidc/v1/token'),
          form(
            { grant_type: 'client_credentials', scope: 'all-apis' },
            `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
          ),
        ]
      : [
          at(azureLoginUrl, `/${azureTenantId}/oauth2/v2.0/token`),
          form({
            grant_type: 'client_credentials',
            scope: `${AZURE_DATABRICKS}/.default`,
            client_id: clientId,
            client_secret: clientSecret,
          }),
        ];
  const { access_token: token } = readReply('login', await egress.fetchHttp(url, request));
  // It goes into a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw notDatabricks('login');
  return token;
}

function form(values: Readonly<Record<string, string>>, authorization?: string): HttpRequest {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: new URLSearchParams(values).toString(),
  };
}

function at(base: string, path: string): string {
  return new URL(path, base).href;
}

function readReply(stage: 'login' | 'request', { status, body }: HttpReply): Readonly<Record<string, unknown>> {
  let answer: Readonly<Record<string, unknown>> | null;
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    answer = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    answer = null;
  }
  if (status === 200 && answer !== null) return answer;
  throw new DatabricksError(
    stage,
    status,
    String(answer?.error_code ?? answer?.error ?? ''),
    String(answer?.message ?? answer?.error_description ?? ''),
  );
}
