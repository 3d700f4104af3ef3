import { afterAll } from 'vitest';
import { describeTampering } from '../contracts/tampering.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeTampering('SQLite', async () => null);
describeTampering('PostgreSQL', () => server.createDatabase('tampering'));
