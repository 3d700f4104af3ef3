import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what is below in memory. A store that waits for its disk at each commit, as ours does, waits for nothing there. */
const MEMORY = '/dev/shm';
/** The stores of one run take up to about a gigabyte. */
const NEEDED_BYTES = 4 * 2 ** 30;

/** Whatever suites and the processes that they start put into the system's temporary folder, or into that of stores, goes with the run. */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-tests-'));
  const stores = mkdtempSync(join(isRoomy(MEMORY) ? MEMORY : tmpdir(), 'changeover-stores-'));
  // Database servers run as another user where the suites run as root, and have to be able to enter.
  for (const path of [folder, stores]) chmodSync(path, 0o711);
  process.env.TMPDIR = folder;
  process.env.CHANGEOVER_TEST_STORES = stores;
  return () => {
    for (const path of [folder, stores]) rmSync(path, { recursive: true, force: true });
  };
}

function isRoomy(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= NEEDED_BYTES;
}
