import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { host, port, text } from '../../domain/connector/field-types.ts';
import { databaseField, loginFields } from '../kits/login-fields.ts';
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
  database: databaseField(text(128).optional(), 'Name of the tenant, where the port is the one of the system database.', {
    selfHosted: { databaseName: true },
  }),
  ...loginFields(127),
  ssl: tls(),
};

export type HanaDetails = DetailsOf<typeof fields>;
