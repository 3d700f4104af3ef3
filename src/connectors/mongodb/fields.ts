import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { serverFields, word } from '../kits/fields.ts';
import { databaseField, loginFields } from '../kits/login-fields.ts';
import { tls } from '../kits/sql/tls.ts';

/** https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
const databaseName = () => word(/^[^/\\. "$*<>:|?]{1,63}$/, 'must be the name of a database', 63);

export const fields = {
  ...serverFields(27_017),
  database: databaseField(databaseName(), 'Name of the database.'),
  ...loginFields(128),
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
