import {
  type DetailsOf,
  defineConnector,
  host,
  port,
  type Rule,
  secret,
  secretText,
  setting,
  text,
  validator,
} from '../../domain/connector/connector.ts';
import { tls, tlsStrictness } from './tls.ts';
import { transactional } from './transactional.ts';

const fields = {
  host: setting(host(), { endpoint: true, title: 'Host', description: 'Host name or IP address of the server.' }),
  port: setting(port(3306), { endpoint: true, title: 'Port', description: 'TCP port, 3306 unless given.' }),
  database: setting(text(64).optional(), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name' },
    title: 'Database',
    description: 'Name of the database to use; without one the login sees all that it may.',
  }),
  user: setting(text(128), { identity: true, title: 'User', description: 'Name of the account, without its host.' }),
  password: secret(secretText(), { title: 'Password', description: 'Password of the account.' }),
  ssl: tls(),
};

export type MysqlDetails = DetailsOf<typeof fields>;

/** The driver compares a certificate with host names only; for an address it would compare `localhost`. */
const addressHasNoIdentity: Rule<MysqlDetails> = ({ host: name, ssl }) =>
  tlsStrictness(ssl) === 4 && /^[\d.]+$|:/.test(name)
    ? { path: 'sslOptions.verifyIdentity', message: 'needs a host name; for an address give caData with verifyCert' }
    : null;

/** MySQL and MariaDB speak one protocol and print grants alike: a kind of its own for each, made of the same parts. */
export function defineMysqlKind(kind: string, title: string) {
  return defineConnector({
    kind,
    title,
    category: 'database',
    family: transactional,
    fields,
    rules: [addressHasNoIdentity],
    validators: [
      validator<MysqlDetails>('validate_connection', {
        mandatory: true,
        periodic: true,
        description: 'Resolves the host, connects, agrees on TLS and logs in; says which of these failed.',
        run: async (input) => (await import('./mysql-checks.ts')).validateConnection(input),
      }),
      validator<MysqlDetails>('validate_identity', {
        after: ['validate_connection'],
        description: 'Asks the server which account the login is, and what it may do everywhere.',
        run: async (input) => (await import('./mysql-checks.ts')).validateIdentity(input),
      }),
      validator<MysqlDetails>('validate_permissions', {
        after: ['validate_connection'],
        description: 'Checks that the login may read tables of the database.',
        run: async (input) => (await import('./mysql-checks.ts')).validatePermissions(input),
      }),
      validator<MysqlDetails>('validate_permission_parity', {
        after: ['validate_connection'],
        comparesLogins: true,
        description:
          'Logs in as the login in use too and compares: lists what that one may do and the new one may not, with the GRANT statements that mend it.',
        run: async (input) => (await import('./mysql-parity.ts')).validateParity(input),
      }),
    ],
  });
}
