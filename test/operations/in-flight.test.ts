import { afterAll } from 'vitest';
import { describeInFlight } from '../contracts/in-flight.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeInFlight('SQLite', async () => null);
describeInFlight('PostgreSQL', () => server.createDatabase('in_flight'));
