import { afterAll } from 'vitest';
import { describeTamperedTables } from '../contracts/tampered-tables.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeTamperedTables('SQLite', async () => null);
describeTamperedTables('PostgreSQL', () => server.createDatabase('tampered_tables'));
