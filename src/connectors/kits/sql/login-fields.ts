import type { z } from 'zod';
import { type FieldNames, secret, setting } from '../../../domain/connector/field.ts';
import { secretText, text } from '../../../domain/connector/field-types.ts';

/** A login of a server's own; a name of it has at most `longest` characters. */
export function loginFields(longest: number, described = 'Name of the user.', owner = 'the user') {
  return {
    user: setting(text(longest), { identity: true, title: 'User', description: described }),
    password: secret(secretText(), { title: 'Password', description: `Password of ${owner}.` }),
  };
}

/** The database that a session is in, or looks for names in. */
export function databaseField<S extends z.ZodType>(name: S, description: string, names: Pick<FieldNames, 'selfHosted'> = {}): S {
  return setting(name, { identity: true, names: { lead: 'dbName', snake: 'db_name', ...names }, title: 'Database', description });
}
