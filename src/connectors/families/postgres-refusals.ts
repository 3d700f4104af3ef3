import { type Meanings, says } from '../kits/problems.ts';
import { doubleQuoted, type ServerLogin } from '../kits/sql/sql-session.ts';
import { noConnectionLeft, noDatabase, noTls, orTls, wrongPassword } from '../kits/sql/usual-refusals.ts';

type Login = Pick<ServerLogin, 'database' | 'ssl'> & { readonly user?: string | undefined };

/** What codes mean to somebody who just gave credentials, with whatever speaks PostgreSQL's protocol. */
export const postgresRefusals: Meanings<Login> = {
  '28P01': wrongPassword(
    'Check both: PostgreSQL says the same for a wrong password and for a user that does not exist. Set a new one with ALTER ROLE ... PASSWORD if in doubt.',
  ),
  '28000': ({ ssl }) =>
    says(
      'ACCESS_DENIED',
      'The server does not let this user in from here.',
      `Have pg_hba.conf allow this user, database and gateway address${orTls(ssl)}, and check that the role has LOGIN.`,
    ),
  '42501': ({ database = '', user = '' }) =>
    says(
      'ACCESS_DENIED',
      'The login is right, but this user may not connect to that database.',
      `Run: GRANT CONNECT ON DATABASE ${doubleQuoted(database)} TO ${doubleQuoted(user)};`,
    ),
  '3D000': noDatabase('Check the spelling of dbName; names are case-sensitive.'),
  '53300': noConnectionLeft('max_connections or the connection limit of the role'),
  TLS_UNAVAILABLE: noTls('ssl = on'),
  TLS_REQUIRED: { code: 'TLS_REQUIRED', resolution: 'Turn TLS on (sslOptions), or have the server use scram-sha-256.' },
};
