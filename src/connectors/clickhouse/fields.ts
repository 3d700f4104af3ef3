import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { serverFields } from '../kits/fields.ts';
import { databaseField } from '../kits/login-fields.ts';
import { verifiedTls } from '../kits/sql/tls.ts';

export const fields = {
  ...serverFields(8123),
  database: databaseField(text(255).optional(), "Database that names stand in; the user's default unless given."),
  user: setting(
    text(255).refine((value) => !value.includes(':'), 'may not hold a colon'),
    {
      identity: true,
      names: { selfHosted: { username: true } },
      title: 'User',
      description: 'Name of the user.',
    },
  ),
  password: secret(secretText(), { title: 'Password', description: 'Password of the user.' }),
  ssl: verifiedTls(),
};

export type ClickhouseDetails = DetailsOf<typeof fields>;
