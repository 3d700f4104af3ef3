import { StartupError } from '../../domain/errors/startup-error.ts';

/** The line for a store that can't be opened because of its disk; null for an error that is not about the disk. */
export function diskRefusal(where: string, code: string | null): StartupError | null {
  const refused = (what: string, exitCode: 75 | 78) =>
    new StartupError(`${where} can't be used (${code}): ${what}, then start again. The store itself is as it was.`, exitCode);
  if (code === null) return null;
  if (/^(SQLITE_(FULL|IOERR)|ENOSPC$|EDQUOT$|EIO$)/.test(code)) return refused('its disk is full or fails. Free space on it', 75);
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM)|EROFS$|EACCES$|EPERM$)/.test(code))
    return refused("its disk is read-only or full, or the folder is not this user's. Mend that", 78);
  return null;
}
