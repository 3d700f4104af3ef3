import { afterAll } from 'vitest';
import { describeProtocol } from '../contracts/protocol.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeProtocol('SQLite', async () => null);
describeProtocol('PostgreSQL', () => server.createDatabase('protocol'));
