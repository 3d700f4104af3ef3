import { text } from '../../../domain/connector/field-types.ts';
import { serverFields } from '../../kits/fields.ts';
import { databaseField, loginFields } from '../../kits/login-fields.ts';

/** Server, database and login of SQL Server and its kin. */
export const tdsFields = {
  ...serverFields(1433),
  database: databaseField(text(128).optional(), "Name of the database; the login's own default unless given."),
  ...loginFields(128, 'Name of the login, or of a user that the database contains.', 'the login'),
};
