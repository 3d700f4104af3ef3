import { secret, setting } from '../../../domain/connector/field.ts';
import { secretText, text } from '../../../domain/connector/field-types.ts';
import { serverFields } from '../../kits/fields.ts';

/** Server, database and login of SQL Server and its kin. */
export const tdsFields = {
  ...serverFields(1433),
  database: setting(text(128).optional(), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name' },
    title: 'Database',
    description: "Name of the database; the login's own default unless given.",
  }),
  user: setting(text(128), { identity: true, title: 'User', description: 'Name of the login, or of a user that the database contains.' }),
  password: secret(secretText(), { title: 'Password', description: 'Password of the login.' }),
};
