import { afterAll } from 'vitest';
import { describeRetiredKeys } from '../contracts/retired-keys.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeRetiredKeys('SQLite', async () => null);
describeRetiredKeys('PostgreSQL', () => server.createDatabase('retired_keys'));
