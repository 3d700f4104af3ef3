import { type Meanings, says } from '../kits/problems.ts';
import { doubleQuoted, type ServerLogin } from '../kits/sql/sql-session.ts';

type Login = Pick<ServerLogin, 'database' | 'ssl'> & { readonly user?: string | undefined };

/** What codes mean to somebody who just gave credentials, with whatever speaks PostgreSQL's protocol. */
export const postgresRefusals: Meanings<Login> = {
  '28P01': says(
    'CREDENTIALS_REJECTED',
    'The server refused the user and password.',
    'Check both: PostgreSQL says the same for a wrong password and for a user that does not exist. Set a new one with ALTER ROLE ... PASSWORD if in doubt.',
  ),
  '28000': ({ ssl }) =>
    says(
      'ACCESS_DENIED',
      'The server does not let this user in from here.',
      `Have pg_hba.conf allow this user, database and gateway address${ssl?.disabled === true ? ' (it may ask for TLS, which is disabled here)' : ''}, and check that the role has LOGIN.`,
    ),
  '42501': ({ database = '', user = '' }) =>
    says(
      'ACCESS_DENIED',
      'The login is right, but this user may not connect to that database.',
      `Run: GRANT CONNECT ON DATABASE ${doubleQuoted(database)} TO ${doubleQuoted(user)};`,
    ),
  '3D000': says(
    'DATABASE_NOT_FOUND',
    'There is no database of that name on this server.',
    'Check the spelling of dbName; names are case-sensitive.',
  ),
  '53300': says(
    'RATE_LIMITED',
    'The server has no connection left.',
    'Try again later, or raise max_connections or the connection limit of the role.',
  ),
  TLS_UNAVAILABLE: {
    code: 'TLS_UNAVAILABLE',
    resolution: 'Turn TLS on at the server (ssl = on), or leave sslOptions out if the network is trusted.',
  },
  TLS_REQUIRED: { code: 'TLS_REQUIRED', resolution: 'Turn TLS on (sslOptions), or have the server use scram-sha-256.' },
};
