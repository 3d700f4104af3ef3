import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { serverFields, word } from '../kits/fields.ts';
import { tls } from '../kits/sql/tls.ts';

/** https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
const databaseName = () => word(/^[^/\\. "$*<>:|?]{1,63}$/, 'must be the name of a database', 63);

export const fields = {
  ...serverFields(27_017),
  database: setting(databaseName(), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name' },
    title: 'Database',
    description: 'Name of the database.',
  }),
  user: setting(text(128), { identity: true, title: 'User', description: 'Name of the user.' }),
  password: secret(secretText(), { title: 'Password', description: 'Password of the user.' }),
  authSource: setting(databaseName().optional(), {
    identity: true,
    title: 'Authentication database',
    description: 'The database that keeps the user, such as admin; the database itself unless given.',
  }),
  ssl: tls(),
};

export type MongodbDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<MongodbDetails>[] = [
  // The host is put into a URL, where these would begin something else: a second host, a user, or options.
  ({ host }) => (/^[A-Za-z0-9._:-]+$/.test(host) ? null : { path: 'host', message: 'must be one host name or address' }),
];
