import { afterAll } from 'vitest';
import { describeOverlaps } from '../contracts/overlaps.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeOverlaps('SQLite', async () => null);
describeOverlaps('PostgreSQL', () => server.createDatabase('overlaps'));
