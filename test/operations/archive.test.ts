import { afterAll } from 'vitest';
import { describeArchived } from '../contracts/archived.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeArchived('SQLite', async () => null);
describeArchived('PostgreSQL', () => server.createDatabase('archived'));
