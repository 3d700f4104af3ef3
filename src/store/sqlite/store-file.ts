import { join } from 'node:path';

/** Where the embedded store keeps its database. */
export function storeFileIn(dataDir: string): string {
  return join(dataDir, 'changeover.db');
}
