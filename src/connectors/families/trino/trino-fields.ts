import { z } from 'zod';
import type { Rule } from '../../../domain/connector/connector.ts';
import { type DetailsOf, type FieldNames, setting } from '../../../domain/connector/field.ts';
import { headerWord, isLoopback, serverFields } from '../../kits/fields.ts';
import { optionalPassword } from '../../kits/login-fields.ts';
import { verifiedTls } from '../../kits/sql/tls.ts';

interface Usual {
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly user?: string;
  readonly catalogNames?: FieldNames;
}

export function trinoFields({ port, scheme, user = 'The user that statements run as.', catalogNames = {} }: Usual) {
  return {
    ...serverFields(port),
    httpScheme: setting(z.enum(['http', 'https']).default(scheme), {
      endpoint: { part: (value) => value ?? null, stricter: (_, after) => after === 'https' },
      title: 'Scheme',
      description: `http or https, ${scheme} unless given; a password goes over https alone.`,
    }),
    user: setting(headerWord(255), { identity: true, title: 'User', description: user }),
    password: optionalPassword('Password of the user, where the server asks for one.'),
    catalog: setting(headerWord(255).optional(), {
      identity: true,
      names: catalogNames,
      title: 'Catalog',
      description: 'The catalog that the jobs read.',
    }),
    schema: setting(headerWord(255).optional(), { title: 'Schema', description: 'The schema that names stand in.' }),
    ssl: verifiedTls(),
  };
}

export type TrinoFields = ReturnType<typeof trinoFields>;
export type TrinoDetails = DetailsOf<TrinoFields>;

export const trinoRules: readonly Rule<TrinoDetails>[] = [
  ({ httpScheme, password, host }) =>
    password !== undefined && httpScheme === 'http' && !isLoopback(host)
      ? { path: 'httpScheme', message: 'must be https where a password is given: over http anybody on the way could read it' }
      : null,
  ({ httpScheme, ssl }) =>
    httpScheme === 'https' && ssl?.disabled === true
      ? { path: 'sslOptions.disabled', message: 'contradicts https; over http a login has no password' }
      : null,
  ({ password }) =>
    password !== undefined && [...password].some((character) => character > '\u00ff')
      ? {
          path: 'password',
          message: 'may hold characters of Latin-1 alone: the server reads passwords as such, and could never match another',
        }
      : null,
];
