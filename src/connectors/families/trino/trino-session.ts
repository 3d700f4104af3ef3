import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { ValidatorInput } from '../../../domain/connector/validator.ts';
import { basicAuthorization } from '../../kits/http/http-auth.ts';
import { HttpFailure, type HttpSession, openHttp } from '../../kits/http/http-session.ts';
import { problem, Refusal, refusal } from '../../kits/problems.ts';
import { ServerError } from '../../kits/sql/server-problem.ts';
import { namedRows, type SqlRow, type SqlSession } from '../../kits/sql/sql-session.ts';
import { httpsProtection, httpsTls } from '../../kits/sql/tls.ts';
import type { TrinoDetails } from './trino-fields.ts';

const ANSWER = z.object({
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string() })).optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z.object({ errorName: z.string().nullish(), errorType: z.string().nullish() }).optional(),
});

type Answer = z.output<typeof ANSWER>;

/** Answers to one statement, most of them without rows. */
const MOST_PAGES = 200;
/** The protocol has clients ask again after these. */
const BUSY = new Set([429, 502, 503, 504]);
const MOST_TRIES = 3;

/**
 * The client protocol of Trino: https://trino.io/docs/current/develop/client-protocol.html. Each statement says who asks; there is nothing to log in to and nothing to close. `dialect` is what the
 * headers are named after.
 */
export function openTrino(dialect: 'Trino' | 'Presto', { credentials, egress, signal }: ValidatorInput<TrinoDetails>): SqlSession {
  const { host, port, user, password, ssl, httpScheme } = credentials;
  const origin = `${httpScheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const authorization = password === undefined ? {} : basicAuthorization(user, password, 'latin1');
  const http = openHttp(egress, origin, async () => authorization, httpsTls(ssl));
  const headers = headersOf(dialect, credentials);
  return {
    protection: httpScheme === 'http' ? 'none' : httpsProtection(ssl),
    async query(text) {
      const first = {
        path: '/v1/statement',
        method: 'POST',
        headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
        body: text,
      } as const;
      let answer = await askPatiently(http, first, signal);
      const rows: SqlRow[] = [];
      for (let pages = 0; ; pages += 1) {
        if (answer.error !== undefined) throw refusalOf(answer.error);
        rows.push(...namedRows(answer.columns ?? [], answer.data ?? []));
        if (answer.nextUri === undefined) return rows;
        const path = pathAt(origin, answer.nextUri);
        if (pages === MOST_PAGES) throw new Refusal(endless(dialect));
        answer = await askPatiently(http, { path, headers }, signal);
      }
    },
    close: () => {},
  };
}

/** The session of a statement. A user is named beside the login, and has to be the same one. */
function headersOf(dialect: string, { user, catalog, schema }: TrinoDetails): Record<string, string> {
  const own = { User: user, Source: 'changeover', Catalog: catalog, Schema: schema };
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, value]) =>
      value === undefined ? [] : [[`x-${dialect.toLowerCase()}-${name.toLowerCase()}`, value]],
    ),
  );
}

async function askPatiently(http: HttpSession, request: Parameters<HttpSession['ask']>[0], signal: AbortSignal): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await http.ask(request, ANSWER);
    } catch (error) {
      if (!(error instanceof HttpFailure && BUSY.has(error.status)) || tries === MOST_TRIES) throw error;
      await setTimeout(100, undefined, { signal });
    }
  }
}

/** The server names the next URL; the login is only sent to the origin that it is for. */
function pathAt(origin: string, nextUri: string): string {
  if (URL.canParse(nextUri)) {
    const next = new URL(nextUri);
    if (next.origin === new URL(origin).origin) return next.pathname + next.search;
  }
  throw refusal(
    'PROTOCOL_ERROR',
    'the next page is at another address',
    'The server names another address than its own for its answers; nothing was sent there.',
    'Have it forward its own address (http-server.process-forwarded), or give the address that it calls itself by.',
  );
}

/** The error's name is of a closed list; its message could hold anything. */
function refusalOf({ errorName, errorType }: NonNullable<Answer['error']>): ServerError {
  const names = [errorName, errorType].filter((name): name is string => typeof name === 'string' && /^[A-Z_]{1,60}$/.test(name));
  return new ServerError(names.includes('INSUFFICIENT_RESOURCES') ? 'INSUFFICIENT_RESOURCES' : (names[0] ?? 'UNKNOWN'));
}

function endless(dialect: string) {
  return problem('PROTOCOL_ERROR', 'the answer has no end', `${dialect} did not come to the end of an answer.`, 'Check the address.');
}
