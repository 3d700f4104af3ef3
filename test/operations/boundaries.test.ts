import { afterAll } from 'vitest';
import { describeBoundaries } from '../contracts/boundaries.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeBoundaries('SQLite', async () => null);
describeBoundaries('PostgreSQL', () => server.createDatabase('boundaries'));
