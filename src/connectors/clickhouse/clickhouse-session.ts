import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { isLoopback } from '../kits/fields.ts';
import { basicAuthorization } from '../kits/http/http-auth.ts';
import { HttpFailure, openHttp } from '../kits/http/http-session.ts';
import { problem, Refusal, refusal } from '../kits/problems.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { httpsProtection, httpsTls } from '../kits/sql/tls.ts';
import type { ClickhouseDetails } from './fields.ts';

/** Of the JSON format; `CHECK GRANT` and `SHOW GRANTS` answer in it as well. */
const ANSWER = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

/** Ports that ClickHouse serves without TLS, unless it is told otherwise. */
const PLAIN = new Set([80, 8123]);

/**
 * The HTTP interface: https://clickhouse.com/docs/interfaces/http. Each statement carries the login; a ping would succeed with any. Over
 * the plain port that is the password itself, so it is sent there on this machine, or where it is said that TLS is disabled.
 */
export function openClickhouse({ credentials, egress }: ValidatorInput<ClickhouseDetails>): SqlSession {
  const { host, port, database, user, password, ssl } = credentials;
  const isPlain = ssl?.disabled === true || (ssl === undefined && PLAIN.has(port));
  if (isPlain && ssl?.disabled !== true && !isLoopback(host)) throw new Refusal(UNPROTECTED);
  const origin = `http${isPlain ? '' : 's'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const authorization = basicAuthorization(user, password);
  const http = openHttp(egress, origin, async () => authorization, httpsTls(ssl));
  const place = new URLSearchParams({ default_format: 'JSON', ...(database === undefined ? {} : { database }) });
  return {
    protection: isPlain ? 'none' : httpsProtection(ssl),
    async query(text): Promise<readonly SqlRow[]> {
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      try {
        return (await http.ask({ path: `/?${place}`, method: 'POST', headers, body: text }, ANSWER)).data;
      } catch (error) {
        throw (error instanceof HttpFailure ? serverErrorOf(error) : null) ?? error;
      }
    },
    close: () => {},
  };
}

const UNPROTECTED = problem(
  'TLS_REQUIRED',
  'the plain HTTP port was given',
  'The password would cross the network readable, so it was not sent.',
  'Give the https port (8443 as a rule) with sslOptions; or, where the network is trusted, sslOptions with disabled.',
);

/** The code stands in the text, and in a header that not every proxy passes on. The native port says so in words. */
function serverErrorOf({ text }: HttpFailure): Error | null {
  const code = /^Code: (\d{1,5})\b/.exec(text)?.[1];
  if (code !== undefined) return new ServerError(code);
  return text.includes('clickhouse-client')
    ? refusal(
        'PROTOCOL_ERROR',
        'the port is of the native protocol',
        'This port is not for HTTP.',
        'Give the HTTP port, 8123 or 8443 as a rule.',
      )
    : null;
}
