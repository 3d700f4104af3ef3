import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { host, port, secretText, text } from '../../domain/connector/field-types.ts';
import { word } from '../kits/fields.ts';
import { databaseField } from '../kits/login-fields.ts';
import { verifiedTls } from '../kits/sql/tls.ts';
import { isEbcdic } from './ebcdic.ts';

export const fields = {
  host: setting(host(), {
    endpoint: true,
    names: { selfHosted: { hostname: true } },
    title: 'Host',
    description: 'Host name or IP address of the server.',
  }),
  port: setting(port(50_000), {
    endpoint: true,
    title: 'Port',
    description: 'TCP port, 50000 unless given; the port for TLS is another one, 50001 as a rule.',
  }),
  database: databaseField(word(/^[A-Za-z0-9_@#$]+$/, 'must be the name of a database', 18), 'Name or alias of the database.'),
  user: setting(text(128).refine(isEbcdic, 'must be Latin letters, digits and signs'), {
    identity: true,
    names: { selfHosted: { uid: true } },
    title: 'User',
    description: 'Name of the user.',
  }),
  password: secret(secretText().refine(isEbcdic, 'must be Latin letters, digits and signs'), {
    names: { selfHosted: { pwd: true } },
    title: 'Password',
    description: 'Password of the user.',
  }),
  ssl: verifiedTls(),
};

export type Db2Details = DetailsOf<typeof fields>;
