import { join } from 'node:path';
import { StartupError } from '../../domain/errors/startup-error.ts';
import { databaseCode } from '../store-error.ts';
import { openDatabase } from './sqlite-driver.ts';

/** One process writes. The lock is the operating system's, so a killed process leaves none behind. */
export function takeWriterLock(dataDir: string): { release(): void } {
  const lock = openDatabase(join(dataDir, 'changeover.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return { release: () => void lock.close() };
  } catch (error) {
    lock.close();
    if (!databaseCode(error)?.startsWith('SQLITE_BUSY')) throw error;
    throw new StartupError(`Another Changeover process is using ${dataDir}. Stop it, or give this one another CHANGEOVER_DATA_DIR.`, 75);
  }
}
