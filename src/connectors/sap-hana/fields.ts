import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { host, port, secretText, text } from '../../domain/connector/field-types.ts';
import { tls } from '../kits/sql/tls.ts';

export const fields = {
  host: setting(host(), {
    endpoint: true,
    names: { selfHosted: { address: true } },
    title: 'Host',
    description: 'Host name or IP address of the server.',
  }),
  port: setting(port(39015), {
    endpoint: true,
    title: 'Port',
    description:
      "The tenant's SQL port, 39015 unless given; or 3NN13 with the tenant's name in dbName. Without sslOptions, TLS is used where the port offers it, and verified on 443.",
  }),
  database: setting(text(128).optional(), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name', selfHosted: { databaseName: true } },
    title: 'Database',
    description: 'Name of the tenant, where the port is the one of the system database.',
  }),
  user: setting(text(127), { identity: true, title: 'User', description: 'Name of the user.' }),
  password: secret(secretText(), { title: 'Password', description: 'Password of the user.' }),
  ssl: tls(),
};

export type HanaDetails = DetailsOf<typeof fields>;
