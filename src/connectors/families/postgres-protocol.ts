import { text } from '../../domain/connector/field-types.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { bundledDriver } from '../kits/driver.ts';
import { databaseField } from '../kits/login-fields.ts';
import { postgresRefusals } from './postgres-refusals.ts';
import { openPostgres, type PostgresLogin } from './postgres-session.ts';

/** What kinds have in common whose servers are PostgreSQL, or speak and refuse as it does. */
export const postgresProtocol = {
  driver: bundledDriver('pg'),
  speaks: 'the PostgreSQL protocol',
  connect: ({ credentials, signal }: ValidatorInput<PostgresLogin>) => openPostgres(credentials, signal),
  refusals: postgresRefusals,
};

/** The database that a session is in for good. */
export function postgresDatabase(longest: number) {
  return databaseField(text(longest), 'Name of the database to connect to.', { selfHosted: { dbname: true } });
}

/** Logins are of a server, and what they may do is of a database. */
export const ofOneDatabase = {
  login: ({ user }: { readonly user?: string | undefined }) => user,
  on: ['host', 'port', 'database'],
} as const;
