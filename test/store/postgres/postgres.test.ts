import { openStore } from '../../../src/store/open-store.ts';
import { describeStore } from '../../contracts/store.ts';
import { signed, verifyTestInstance } from '../../support/services.ts';
import { createTestDatabase } from '../../support/test-database.ts';

describeStore('PostgreSQL', async (clock) =>
  signed((await openStore({ databaseUrl: await createTestDatabase() }, { clock, verifyInstance: verifyTestInstance })).store),
);
