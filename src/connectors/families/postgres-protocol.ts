import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { bundledDriver } from '../kits/driver.ts';
import { postgresRefusals } from './postgres-refusals.ts';
import { openPostgres, type PostgresLogin } from './postgres-session.ts';

/** What kinds have in common whose servers are PostgreSQL, or speak and refuse as it does. */
export const postgresProtocol = {
  driver: bundledDriver('pg'),
  speaks: 'the PostgreSQL protocol',
  connect: ({ credentials, signal }: ValidatorInput<PostgresLogin>) => openPostgres(credentials, signal),
  refusals: postgresRefusals,
};
