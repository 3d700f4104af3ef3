import { StartupError } from '../../domain/errors/startup-error.ts';

/** What to tell of a store that the disk below it refuses to open; null for an error that is not the disk's. */
export function diskRefusal(where: string, code: string | null): StartupError | null {
  const refused = (what: string, exitCode: 75 | 78) =>
    new StartupError(`${where} can't be used (${code}): ${what}, then start again. The store itself is as it was.`, exitCode);
  if (code === null) return null;
  if (/^(SQLITE_(FULL|IOERR)|ENOSPC$|EDQUOT$|EIO$)/.test(code)) return refused('its disk is full or fails. Free space on it', 75);
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM)|EROFS$|EACCES$|EPERM$)/.test(code))
    return refused("its disk is read-only or full, or the folder is not this user's. Mend that", 78);
  return null;
}
