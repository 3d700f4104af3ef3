import type { Problem } from '../../domain/connector/validation.ts';
import { systemCodeOf, throwNetworkError } from './network-error.ts';
import { NO_TLS, type PostgresLogin } from './postgres-session.ts';
import { WeakLoginError } from './sql.ts';

type Explain = (login: Pick<PostgresLogin, 'database' | 'user' | 'ssl'>) => Problem;

/** What a PostgreSQL server's error codes mean to somebody who just gave credentials. */
const BY_SQLSTATE: Readonly<Record<string, Explain>> = {
  '28P01': () => ({
    code: 'CREDENTIALS_REJECTED',
    cause: 'password authentication failed (28P01)',
    friendlyMessage: 'The server refused the user and password.',
    resolution:
      'Check both: PostgreSQL says the same for a wrong password and for a user that does not exist. Set a new one with ALTER ROLE ... PASSWORD if in doubt.',
  }),
  '28000': ({ ssl }) => ({
    code: 'ACCESS_DENIED',
    cause: 'no matching pg_hba.conf entry, or the role may not log in (28000)',
    friendlyMessage: 'The server does not let this user in from here.',
    resolution: `Have pg_hba.conf allow this user, database and gateway address${ssl?.disabled === true ? ' (it may ask for TLS, which is disabled here)' : ''}, and check that the role has LOGIN.`,
  }),
  '3D000': () => ({
    code: 'DATABASE_NOT_FOUND',
    cause: 'database does not exist (3D000)',
    friendlyMessage: 'There is no database of that name on this server.',
    resolution: 'Check the spelling of dbName; names are case-sensitive.',
  }),
  '42501': ({ database, user }) => ({
    code: 'ACCESS_DENIED',
    cause: 'permission denied (42501)',
    friendlyMessage: 'The login is right, but this user may not connect to that database.',
    resolution: `Run: GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(user)};`,
  }),
  '53300': () => ({
    code: 'RATE_LIMITED',
    cause: 'too many connections (53300)',
    friendlyMessage: 'The server has no connection left.',
    resolution: 'Try again later, or raise max_connections or the connection limit of the role.',
  }),
  '57P03': () => ({
    code: 'PROVIDER_DOWN',
    cause: 'the server is starting up or shutting down (57P03)',
    friendlyMessage: 'The server is not ready to accept connections.',
    resolution: 'Try again when it has started.',
  }),
};

/** A problem for what the server said; for what the network did an EgressError is thrown, which the worker explains. */
export function postgresProblem(error: unknown, login: Parameters<Explain>[0]): Problem {
  if (error instanceof WeakLoginError) {
    return {
      code: 'TLS_REQUIRED',
      cause: 'the server asks for the password in clear or as MD5, without TLS',
      friendlyMessage: 'The login would cross the network unprotected, so it was not sent.',
      resolution: 'Turn TLS on (sslOptions), or have the server use scram-sha-256.',
    };
  }
  if (!(error instanceof Error)) throw error;
  const code = systemCodeOf(error);
  const explain = BY_SQLSTATE[code];
  if (explain !== undefined) return explain(login);
  if (error.message === NO_TLS) {
    return {
      code: 'TLS_UNAVAILABLE',
      cause: 'the server answered that it has no TLS',
      friendlyMessage: 'TLS was asked for, and this server does not offer it.',
      resolution: 'Turn TLS on at the server (ssl = on), or leave sslOptions out if the network is trusted.',
    };
  }
  throwNetworkError(error);
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return {
      code: 'ACCESS_DENIED',
      cause: `the server answered with SQLSTATE ${code}`,
      friendlyMessage: 'The server did not accept the connection.',
      resolution: "Look the code up in the server's log, at the time of this check.",
    };
  }
  return {
    code: 'PROTOCOL_ERROR',
    cause: 'the connection ended before the login did',
    friendlyMessage: 'What answers on that port does not behave like a PostgreSQL server.',
    resolution: 'Check the host and port; a proxy or another service may be listening there.',
  };
}

/** An identifier as PostgreSQL takes it. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
