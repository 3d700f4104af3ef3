import { afterAll } from 'vitest';
import { describeDataKeys } from '../contracts/data-keys.ts';
import { describeRekey } from '../contracts/rekey.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeRekey('SQLite', async () => null);
describeRekey('PostgreSQL', (name) => server.createDatabase(name));
describeDataKeys('SQLite', async () => null);
describeDataKeys('PostgreSQL', (name) => server.createDatabase(name));
