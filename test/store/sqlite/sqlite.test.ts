import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/domain/ports/clock.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { describeStore } from '../../contracts/store.ts';
import { describeStreamingStore } from '../../contracts/streaming-store.ts';
import { signed, verifyTestInstance } from '../../support/store/services.ts';

const open = async (clock: Clock) =>
  signed((await openStore({ dataDir: mkdtempSync(join(tmpdir(), 'changeover-')) }, { clock, verifyInstance: verifyTestInstance })).store);

describeStore('SQLite', open);
describeStreamingStore('SQLite', open);
