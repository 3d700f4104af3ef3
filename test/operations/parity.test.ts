import { afterAll } from 'vitest';
import { describeParity } from '../contracts/parity.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeParity('SQLite', async () => null);
describeParity('PostgreSQL', () => server.createDatabase('parity'));
