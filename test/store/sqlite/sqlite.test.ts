import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.ts';
import { describeStore } from '../../contracts/store.ts';
import { signed, verifyTestInstance } from '../../support/store/services.ts';

describeStore('SQLite', async (clock) =>
  signed((await openStore({ dataDir: mkdtempSync(join(tmpdir(), 'changeover-')) }, { clock, verifyInstance: verifyTestInstance })).store),
);
