import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever suites and the processes that they start put into the system's temporary folder goes with the run. */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-tests-'));
  // Database servers run as another user where the suites run as root, and have to be able to enter.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
