import { afterAll } from 'vitest';
import { describeLostAudit } from '../contracts/lost-audit.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeLostAudit('SQLite', async () => null);
describeLostAudit('PostgreSQL', () => server.createDatabase('lost_audit'));
