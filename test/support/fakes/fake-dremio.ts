import { z } from 'zod';
import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of Dremio's REST API, made from https://docs.dremio.com/current/reference/api/ (sql, job) and https://docs.dremio.com/cloud/reference/api/
 * (projects): a statement becomes a job of the user of the token, which only he may ask about, and whose results are there once it has
 * ended. Of SQL it knows what the connector asks.
 */
export interface FakeDremio extends JsonServer {
  readonly requests: FakeRequest[];
}

export interface FakeDremioUser {
  readonly name: string;
  readonly token: string;
  /** Tables that the user may read, as `schema/name`; every user sees all. */
  readonly reads: readonly string[];
}

interface Options {
  readonly users: readonly FakeDremioUser[];
  readonly tables: readonly string[];
  /** Projects, where it is the Cloud; each has the same tables. */
  readonly projects?: readonly string[];
  readonly tls?: boolean;
}

interface Job {
  readonly owner: FakeDremioUser;
  readonly result: readonly object[] | string;
  asked: number;
}

const STATEMENT = z.strictObject({ sql: z.string() });

export async function startFakeDremio({ users, tables, projects, tls = false }: Options): Promise<FakeDremio> {
  const requests: FakeRequest[] = [];
  const jobs = new Map<string, Job>();
  const bases = projects?.map((id) => `/v0/projects/${id}`) ?? ['/api/v3'];

  function answer(request: FakeRequest): FakeReply {
    requests.push(request);
    const { method, url, headers, body } = request;
    const user = users.find(({ token }) => headers.authorization === `Bearer ${token}`);
    if (user === undefined) return refused(401, 'Unable to authenticate user');
    if (projects !== undefined && method === 'GET' && url.pathname === '/v0/projects')
      return { status: 200, body: projects.map((id) => ({ id, name: id, state: 'ACTIVE' })) };
    const base = bases.find((candidate) => url.pathname.startsWith(`${candidate}/`));
    const path = base === undefined ? '' : url.pathname.slice(base.length);
    if (method === 'POST' && path === '/sql') return submit(user, headers['content-type'], body);
    const [, id = '', results] = /^\/job\/([^/]+)(\/results)?$/.exec(path) ?? [];
    const job = jobs.get(id);
    if (method !== 'GET' || job === undefined) return refused(404, 'HTTP 404 Not Found');
    if (job.owner !== user) return refused(403, 'Not allowed to see the job');
    return results === undefined ? statusOf(job) : resultsOf(job, url);
  }

  function submit(owner: FakeDremioUser, type: string | undefined, body: string): FakeReply {
    const parsed = type === 'application/json' ? STATEMENT.safeParse(JSON.parse(body)) : null;
    if (parsed?.success !== true) return refused(400, 'Bad request');
    const id = `1c802996-0000-0000-0000-${String(jobs.size).padStart(12, '0')}`;
    jobs.set(id, { owner, result: run(owner, parsed.data.sql), asked: 0 });
    return { status: 200, body: { id } };
  }

  function run({ name, reads }: FakeDremioUser, text: string): Job['result'] {
    // Clients say in a comment who they are.
    const sql = text.replace(/^\/\*.*?\*\/\s*/s, '');
    if (sql === 'SELECT 1') return [{ EXPR$0: 1 }];
    if (sql === 'SELECT USER AS "user"') return [{ user: name }];
    if (sql.includes('FROM INFORMATION_SCHEMA."TABLES"'))
      return tables.map((table) => ({ schema: table.split('/')[0], name: table.split('/')[1] }));
    const [, schema, table] = /^SELECT \* FROM "(.*)"\."(.*)" LIMIT 0$/.exec(sql) ?? [];
    if (!tables.includes(`${schema}/${table}`)) return `VALIDATION ERROR: Object '${table}' not found within '${schema}'`;
    return reads.includes(`${schema}/${table}`) ? [] : `PERMISSION ERROR: Access denied reading dataset ${schema}.${table}`;
  }

  const server = await startJsonServer(answer, { tls });
  return { ...server, requests };
}

/** It runs until it is asked about a second time. */
function statusOf(job: Job): FakeReply {
  job.asked += 1;
  if (job.asked === 1) return { status: 200, body: { jobState: 'RUNNING', queryType: 'REST' } };
  return typeof job.result === 'string'
    ? { status: 200, body: { jobState: 'FAILED', queryType: 'REST', errorMessage: job.result } }
    : { status: 200, body: { jobState: 'COMPLETED', queryType: 'REST', rowCount: job.result.length } };
}

function resultsOf({ result, asked }: Job, { searchParams }: URL): FakeReply {
  if (asked < 2 || typeof result === 'string') return refused(400, 'Can not fetch details for a job that is in [RUNNING] state.');
  const limit = Number(searchParams.get('limit') ?? 100);
  if (!(limit >= 1 && limit <= 500)) return refused(400, 'limit can not exceed 500 rows');
  const [first = {}] = result;
  return {
    status: 200,
    body: {
      rowCount: result.length,
      schema: Object.keys(first).map((name) => ({ name, type: { name: 'VARCHAR' } })),
      rows: result.slice(0, limit),
    },
  };
}

function refused(status: number, errorMessage: string): FakeReply {
  return { status, body: { errorMessage, moreInfo: '' } };
}
