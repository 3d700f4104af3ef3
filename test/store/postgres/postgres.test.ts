import type { Clock } from '../../../src/domain/ports/clock.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { describeStore } from '../../contracts/store.ts';
import { describeStreamingStore } from '../../contracts/streaming-store.ts';
import { signed, verifyTestInstance } from '../../support/store/services.ts';
import { createTestDatabase } from '../../support/store/test-database.ts';

const open = async (clock: Clock) =>
  signed((await openStore({ databaseUrl: await createTestDatabase() }, { clock, verifyInstance: verifyTestInstance })).store);

describeStore('PostgreSQL', open);
describeStreamingStore('PostgreSQL', open);
