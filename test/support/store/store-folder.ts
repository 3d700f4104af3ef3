import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for a store or a database server, in memory where that can be had. Its name begins with `prefix`. */
export function makeStoreFolder(prefix: string): string {
  return mkdtempSync(join(process.env.CHANGEOVER_TEST_STORES ?? tmpdir(), prefix));
}
