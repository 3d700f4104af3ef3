import { afterAll } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { describeStore } from '../contracts/store.ts';
import { startPostgres } from '../support/embedded-postgres.ts';
import { signed, verifyTestInstance } from '../support/services.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeStore('PostgreSQL', async (clock) =>
  signed(
    (await openStore({ databaseUrl: await server.createDatabase('store_contract') }, { clock, verifyInstance: verifyTestInstance })).store,
  ),
);
