import { chmodSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../domain/errors/startup-error.ts';

const GROUP_WRITES = 0o020;
const OTHERS = 0o007;
const OTHERS_WRITE = 0o002;
/** In a sticky folder only the owner of a file may put another in its place. */
const STICKY = 0o1000;

/**
 * Takes the right to write to the data directory from everybody but its owner: others could put another store, key or socket in its place.
 * The group keeps the right to read, for backups. Throws StartupError where the mode is not ours to change. Does nothing where there is no
 * directory.
 */
export function closeDataDir(dataDir: string): void {
  const found = statOf(dataDir);
  if (found === null || (found.mode & (GROUP_WRITES | OTHERS_WRITE)) === 0) return;
  if ((found.mode & STICKY) !== 0)
    throw new StartupError(
      `The data directory ${dataDir} is shared with everybody (mode ${modeOf(found)}). Set CHANGEOVER_DATA_DIR to a folder of its own.`,
    );
  try {
    chmodSync(dataDir, found.mode & 0o7777 & ~(GROUP_WRITES | OTHERS));
  } catch {
    // A volume that belongs to root and that only a group of ours may write can't be closed any further.
    if ((found.mode & OTHERS_WRITE) !== 0)
      throw new StartupError(
        `Everybody may write to the data directory ${dataDir} (mode ${modeOf(found)}), and it is not ours to change. Run as its owner: chmod 750 ${dataDir}`,
      );
  }
}

/** Throws StartupError where anybody could replace this file, or a folder on the way to it. */
export function refuseOpenFolders(file: string): void {
  for (let folder = dirname(realOf(file)); ; folder = dirname(folder)) {
    const found = statOf(folder);
    if (found !== null && (found.mode & OTHERS_WRITE) !== 0 && (found.mode & STICKY) === 0)
      throw new StartupError(`Everybody may write to ${folder} (mode ${modeOf(found)}), and so replace ${file}. Run: chmod o-w ${folder}`);
    if (folder === dirname(folder)) return;
  }
}

/** The real path behind all links; for a file that does not exist yet, that of its folder. */
function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return dirname(file) === file ? file : `${realOf(dirname(file))}/?`;
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8);
}
