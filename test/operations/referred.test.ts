import { afterAll } from 'vitest';
import { describeReferred } from '../contracts/referred.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeReferred('SQLite', async () => null);
describeReferred('PostgreSQL', () => server.createDatabase('referred'));
