import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { type HttpSession, openHttp } from '../kits/http/http-session.ts';
import { refusal } from '../kits/problems.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { httpsProtection, httpsTls } from '../kits/sql/tls.ts';
import { type DremioDetails, restUrlOf } from './fields.ts';

export interface DremioSession extends SqlSession {
  /** Runs a statement and fetches none of its rows. */
  run(text: string): Promise<void>;
}

const SUBMITTED = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });
const STATUS = z.object({ jobState: z.string(), errorMessage: z.string().nullish() });
const RESULTS = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });
const PROJECTS = z.array(z.object({ id: z.string().regex(/^[\w-]{1,64}$/) }));

/** Rows of a statement that are fetched: as many as one request gives. */
const MOST_ROWS = 500;
const BETWEEN_MS = 50;

/** The REST API, in which each statement is a job: https://docs.dremio.com/current/reference/api/job/. Each request says who asks. */
export async function openDremio({ credentials, egress, signal }: ValidatorInput<DremioDetails>): Promise<DremioSession> {
  const base = restUrlOf(credentials);
  const at = (url: string) =>
    openHttp(egress, url, async () => ({ authorization: `Bearer ${credentials.token}` }), httpsTls(credentials.ssl));
  // Of Dremio Cloud, whose clients name no project either.
  const http = /\/v0$/.test(base) ? at(`${base}/projects/${await firstProject(at(base))}`) : at(base);

  async function run(sql: string): Promise<string> {
    const { id } = await http.ask({ path: '/sql', method: 'POST', body: { sql } }, SUBMITTED);
    for (;;) {
      const { jobState, errorMessage } = await http.ask(`/job/${id}`, STATUS);
      if (jobState === 'COMPLETED') return id;
      if (jobState === 'FAILED' || jobState === 'CANCELED') throw refusalOf(errorMessage ?? '');
      await setTimeout(BETWEEN_MS, undefined, { signal });
    }
  }

  return {
    protection: base.startsWith('https:') ? httpsProtection(credentials.ssl) : 'none',
    async run(text) {
      await run(text);
    },
    async query(text): Promise<readonly SqlRow[]> {
      return (await http.ask(`/job/${await run(text)}/results?offset=0&limit=${MOST_ROWS}`, RESULTS)).rows;
    },
    close: () => {},
  };
}

async function firstProject(http: HttpSession): Promise<string> {
  const [project] = await http.ask('/projects', PROJECTS);
  if (project !== undefined) return project.id;
  throw refusal(
    'DATABASE_NOT_FOUND',
    'the token sees no project',
    'The token is right, and its user belongs to no project.',
    'Add the user to the project that the jobs read, or give the token of another.',
  );
}

/** The server's text is looked at, and never shown. */
function refusalOf(text: string): ServerError {
  if (/access denied|not authorized|PERMISSION ERROR/i.test(text)) return new ServerError('PERMISSION');
  if (/RESOURCE ERROR|queue|OUT_OF_MEMORY/i.test(text)) return new ServerError('RESOURCE');
  return new ServerError('STATEMENT');
}
