import type { z } from 'zod';
import { type FieldNames, secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { headerSecret } from './fields.ts';

/** A login of a server's own; a name of it has at most `longest` characters. */
export function loginFields(longest: number, described = 'Name of the user.', owner = 'the user') {
  return {
    user: setting(text(longest), { identity: true, title: 'User', description: described }),
    password: secret(secretText(), { title: 'Password', description: `Password of ${owner}.` }),
  };
}

/** A name that a connection is told by, where it is given. */
export function optionalName(title: string, description: string, longest = 255) {
  return setting(text(longest).optional(), { identity: true, title, description });
}

/** The user, of a kind that some ways to log in to do without. */
export function optionalUser(description: string, longest = 255) {
  return optionalName('User', description, longest);
}

export function optionalPassword(description: string) {
  return secret(secretText().optional(), { title: 'Password', description });
}

/** A token that goes into a header. */
export function optionalToken(description: string) {
  return secret(headerSecret().optional(), { title: 'Token', description });
}

/** The database that a session is in, or looks for names in. */
export function databaseField<S extends z.ZodType>(name: S, description: string, names: Pick<FieldNames, 'selfHosted'> = {}): S {
  return setting(name, { identity: true, names: { lead: 'dbName', snake: 'db_name', ...names }, title: 'Database', description });
}
