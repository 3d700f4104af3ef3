import { afterAll } from 'vitest';
import { describeHistory } from '../contracts/history.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeHistory('SQLite', async () => null);
describeHistory('PostgreSQL', () => server.createDatabase('history'));
