import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../domain/errors/startup-error.ts';

/**
 * Makes the data directory, which only its owner may enter, and the folders above it. Throws StartupError with one line where that can't be
 * done. Folder by folder, since Node's own recursive mkdir never returns below one that takes no folders, such as /proc.
 */
export function makeDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw new StartupError(
      `The data directory ${dataDir} can't be made (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}). Set CHANGEOVER_DATA_DIR to a folder that this user may make.`,
    );
  }
}

function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process that starts at the same moment may have made it.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
