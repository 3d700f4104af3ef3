import { afterAll } from 'vitest';
import { describeUpkeep } from '../contracts/upkeep.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeUpkeep('SQLite', async () => null);
describeUpkeep('PostgreSQL', () => server.createDatabase('upkeep'));
