import { EgressError } from '../../domain/connector/egress.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { quoted } from './mysql-grants.ts';
import type { MysqlDetails } from './mysql-kind.ts';
import { NO_TLS } from './mysql-session.ts';
import { systemCodeOf, throwNetworkError } from './network-error.ts';
import { WeakLoginError } from './sql.ts';

type Explain = (details: MysqlDetails) => Problem;

const WEAK_LOGIN: Problem = {
  code: 'TLS_REQUIRED',
  cause: 'the server asks for the password itself, without TLS',
  friendlyMessage: 'The login would cross the network unprotected, so it was not sent.',
  resolution: 'Turn TLS on (sslOptions), or give the account the plugin mysql_native_password.',
};

const LOCKED: Explain = () => ({
  code: 'ACCESS_DENIED',
  cause: 'the account is locked (3118, 4151)',
  friendlyMessage: 'The login is right, but the account is locked.',
  resolution: 'Run: ALTER USER ... ACCOUNT UNLOCK;',
});

const EXPIRED: Explain = () => ({
  code: 'CREDENTIALS_REJECTED',
  cause: 'the password has expired (1820, 1862)',
  friendlyMessage: 'The password is right, but it has expired.',
  resolution: 'Set a new one with ALTER USER ... IDENTIFIED BY ..., and give that one.',
});

const NO_CONNECTION_LEFT: Explain = () => ({
  code: 'RATE_LIMITED',
  cause: 'too many connections (1040, 1203, 1226)',
  friendlyMessage: 'The server, or the account, has no connection left.',
  resolution: 'Try again later, or raise max_connections or the limits of the account.',
});

/** What a server's error numbers mean to somebody who just gave credentials. MariaDB's and MySQL's differ above 3000. */
const BY_NUMBER: Readonly<Record<number, Explain>> = {
  1045: ({ ssl }) => ({
    code: 'CREDENTIALS_REJECTED',
    cause: 'access denied for this user (1045)',
    friendlyMessage: 'The server refused the user and password.',
    resolution: `Check both, and that the account's host admits this gateway${ssl?.disabled === true ? ' (it may ask for TLS, which is disabled here)' : ''}: the server says the same for all of these.`,
  }),
  1698: () => ({
    code: 'CREDENTIALS_REJECTED',
    cause: 'access denied for this user (1698)',
    friendlyMessage: 'The account does not log in by password.',
    resolution: 'Use an account with a password; this one may be for the socket of the machine itself.',
  }),
  1044: ({ database, user }) => ({
    code: 'ACCESS_DENIED',
    cause: 'access denied to the database (1044)',
    friendlyMessage: 'The login is right, but this account may not use that database, or there is none of that name.',
    resolution: `Check the spelling of dbName, and run: GRANT SELECT ON ${quoted(database ?? '...')}.* TO ${quoted(user)}@...;`,
  }),
  1049: () => ({
    code: 'DATABASE_NOT_FOUND',
    cause: 'unknown database (1049)',
    friendlyMessage: 'There is no database of that name on this server.',
    resolution: 'Check the spelling of dbName; on most systems names are case-sensitive.',
  }),
  1130: () => ({
    code: 'ACCESS_DENIED',
    cause: 'this host may not connect (1130)',
    friendlyMessage: 'No account of the server admits the address of this gateway.',
    resolution: "Make the account for this gateway's address, as in CREATE USER 'name'@'address'.",
  }),
  1129: () => ({
    code: 'ACCESS_DENIED',
    cause: 'this host is blocked after too many errors (1129)',
    friendlyMessage: 'The server has blocked the address of this gateway.',
    resolution: 'Run: FLUSH HOSTS;',
  }),
  1040: NO_CONNECTION_LEFT,
  1203: NO_CONNECTION_LEFT,
  1226: NO_CONNECTION_LEFT,
  1053: () => ({
    code: 'PROVIDER_DOWN',
    cause: 'the server is shutting down (1053)',
    friendlyMessage: 'The server is not ready to accept connections.',
    resolution: 'Try again when it has started.',
  }),
  1820: EXPIRED,
  1862: EXPIRED,
  3118: LOCKED,
  4151: LOCKED,
  3159: () => ({
    code: 'TLS_REQUIRED',
    cause: 'the server takes encrypted connections only (3159)',
    friendlyMessage: 'The server wants TLS.',
    resolution: 'Turn TLS on (sslOptions).',
  }),
};

/** A problem for what the server said; for what the network did an EgressError is thrown, which the worker explains. */
export function mysqlProblem(error: unknown, details: MysqlDetails): Problem {
  if (error instanceof WeakLoginError) return WEAK_LOGIN;
  throwNetworkError(error);
  if (!(error instanceof Error)) throw error;
  const code = systemCodeOf(error);
  if (code === 'HANDSHAKE_SSL_ERROR') throw new EgressError('TLS_UNTRUSTED');
  if (code === NO_TLS) {
    return {
      code: 'TLS_UNAVAILABLE',
      cause: 'the server answered that it has no TLS',
      friendlyMessage: 'TLS was asked for, and this server does not offer it.',
      resolution: 'Turn TLS on at the server (ssl_cert, ssl_key), or leave sslOptions out if the network is trusted.',
    };
  }
  const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : null;
  if (number !== null) {
    return (
      BY_NUMBER[number]?.(details) ?? {
        code: 'ACCESS_DENIED',
        cause: `the server answered with error ${number}`,
        friendlyMessage: 'The server did not accept the connection.',
        resolution: "Look the number up in the server's documentation, and in its log at the time of this check.",
      }
    );
  }
  return {
    code: 'PROTOCOL_ERROR',
    cause: 'the connection ended before the login did, or asked for something that is never given',
    friendlyMessage: 'What answers on that port does not behave like a MySQL or MariaDB server.',
    resolution: 'Check the host and port; a proxy or another service may be listening there.',
  };
}
