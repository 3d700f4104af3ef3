import { openStore } from '../../../src/store/open-store.ts';
import { describeStore } from '../../contracts/store.ts';
import { signed, verifyTestInstance } from '../../support/store/services.ts';
import { createTestDatabase } from '../../support/store/test-database.ts';

describeStore('PostgreSQL', async (clock) =>
  signed((await openStore({ databaseUrl: await createTestDatabase() }, { clock, verifyInstance: verifyTestInstance })).store),
);
