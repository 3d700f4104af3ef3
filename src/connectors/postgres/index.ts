import { z } from 'zod';
import {
  type DetailsOf,
  defineConnector,
  host,
  port,
  secret,
  secretText,
  setting,
  text,
  validator,
} from '../../domain/connector/connector.ts';
import { tls } from '../shared/tls.ts';
import { transactional } from '../shared/transactional.ts';

const fields = {
  host: setting(host(), { endpoint: true, title: 'Host', description: 'Host name or IP address of the server.' }),
  port: setting(port(5432), { endpoint: true, title: 'Port', description: 'TCP port, 5432 unless given.' }),
  database: setting(text(63), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name', selfHosted: { dbname: true } },
    title: 'Database',
    description: 'Name of the database to connect to.',
  }),
  user: setting(text(63), { identity: true, title: 'User', description: 'Login role.' }),
  password: secret(secretText(), { title: 'Password', description: 'Password of the login role.' }),
  ssl: tls(),
  rdsProxy: setting(z.boolean().optional(), {
    title: 'RDS proxy',
    description: 'The host is an RDS proxy, which pins sessions: no session settings are sent.',
  }),
};

export type PostgresDetails = DetailsOf<typeof fields>;

export default defineConnector({
  kind: 'postgres',
  title: 'PostgreSQL',
  category: 'database',
  family: transactional,
  fields,
  validators: [
    validator<PostgresDetails>('validate_connection', {
      mandatory: true,
      periodic: true,
      description: 'Resolves the host, connects, agrees on TLS and logs in; says which of these failed.',
      run: async (input) => (await import('./validate.ts')).validateConnection(input),
    }),
    validator<PostgresDetails>('validate_identity', {
      after: ['validate_connection'],
      description: 'Asks the server who the login is and what kind of role it has.',
      run: async (input) => (await import('./validate.ts')).validateIdentity(input),
    }),
    validator<PostgresDetails>('validate_permissions', {
      after: ['validate_connection'],
      description: 'Checks that the login may use schemas and read tables of the database.',
      run: async (input) => (await import('./validate.ts')).validatePermissions(input),
    }),
    validator<PostgresDetails>('validate_permission_parity', {
      after: ['validate_connection'],
      description: 'Compares with the login in use: lists what it may do that the new one may not, with the GRANT statements that mend it.',
      run: async (input) => (await import('./parity.ts')).validateParity(input),
    }),
  ],
});
