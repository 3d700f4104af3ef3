import { afterAll } from 'vitest';
import { describeEveryOperation } from '../contracts/every-operation.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

await describeEveryOperation('PostgreSQL', await server.createDatabase('every_operation'));
