import { z } from 'zod';
import type { EgressSession } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { basicAuthorization } from '../kits/http/http-auth.ts';
import { HttpFailure, openHttp } from '../kits/http/http-session.ts';
import { NotChecked, problem, Refusal } from '../kits/problems.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import { openServerSocket } from '../kits/sql/server-socket.ts';
import { namedRows, type SqlRow, type SqlSession } from '../kits/sql/sql-session.ts';
import { httpsProtection, httpsTls } from '../kits/sql/tls.ts';
import type { TeradataDetails } from './fields.ts';

const ANSWER = z.object({
  results: z.array(z.object({ columns: z.array(z.object({ name: z.string() })), data: z.array(z.array(z.unknown())) })).min(1),
});

/**
 * The database's own protocol is not published. Its Query Service takes statements over HTTP, each with the login:
 * https://docs.teradata.com/r/Teradata-Query-Service-Installation-Configuration-and-Usage-Guide-for-Customers. Without one nothing but the
 * network and the certificate can be tried, and it is said that nobody signed in.
 */
export async function openTeradata({ credentials, egress }: ValidatorInput<TeradataDetails>): Promise<SqlSession> {
  const { user, password, queryServiceUrl, systemName, tdLogmech = 'TD2', ssl } = credentials;
  if (queryServiceUrl === undefined || systemName === undefined) {
    await tryTls(credentials, egress);
    throw new NotChecked(
      'no Query Service was given',
      'The database answers, and nobody signed in to it: its own protocol is not published.',
      'Give queryServiceUrl and systemName where the Query Service is installed, or try the login by hand.',
    );
  }
  if (tdLogmech !== 'TD2' && tdLogmech !== 'LDAP') throw new Refusal(mechanism(tdLogmech));
  const authorization = basicAuthorization(user, password);
  const http = openHttp(egress, queryServiceUrl, async () => authorization, httpsTls(ssl));
  const request = {
    path: `/systems/${systemName}/queries`,
    method: 'POST',
    headers: { accept: 'application/vnd.com.teradata.rest-v1.0+json' },
  } as const;
  return {
    protection: queryServiceUrl.startsWith('http:') ? 'none' : httpsProtection(ssl),
    async query(query): Promise<readonly SqlRow[]> {
      const body = { query, format: 'array', includeColumns: true, ...(tdLogmech === 'LDAP' ? { logMech: 'LDAP' } : {}) };
      try {
        const [result] = (await http.ask({ ...request, body }, ANSWER)).results;
        return namedRows(result?.columns ?? [], result?.data ?? []);
      } catch (error) {
        throw databaseError(error) ?? error;
      }
    },
    close: () => {},
  };
}

/** Where the login goes: to the Query Service, or nowhere, and then the database itself is looked at. */
export function serverOf(details: TeradataDetails): { readonly host: string; readonly port: number } {
  const { host, port, queryServiceUrl } = details;
  // The database speaks TLS at another port than the one without.
  if (queryServiceUrl === undefined) return { host, port: wantsTls(details) && port === 1025 ? 443 : port };
  const url = new URL(queryServiceUrl);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function wantsTls({ tdSslmode }: TeradataDetails): boolean {
  return tdSslmode === 'REQUIRE' || tdSslmode === 'VERIFY_CA' || tdSslmode === 'VERIFY_FULL';
}

/** The certificate is as much of TLS as can be checked without signing in. */
async function tryTls(details: TeradataDetails, egress: EgressSession): Promise<void> {
  if (!wantsTls(details)) return;
  const { tdSslmode, ssl } = details;
  const strictness = { rejectUnauthorized: tdSslmode !== 'REQUIRE', verifyIdentity: tdSslmode === 'VERIFY_FULL' };
  const socket = await openServerSocket(egress, serverOf(details), { ...httpsTls(ssl), ...strictness });
  socket.destroy();
}

function mechanism(name: string) {
  return problem(
    'DRIVER_NOT_INSTALLED',
    `no driver for the logon mechanism ${name}`,
    'There is no driver that signs in by this mechanism from here.',
    'Use a user of TD2 or LDAP.',
  );
}

/** Status 420 is the database's own refusal. Its number is the code, or stands in the text as its drivers print it. */
function databaseError(error: unknown): Error | null {
  if (!(error instanceof HttpFailure)) return null;
  const number = /^\d{4}$/.test(error.code) ? error.code : /\[Error (\d{4})\]/.exec(error.text)?.[1];
  return number === undefined ? null : new ServerError(number);
}
