import { realpath, stat } from 'node:fs/promises';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { failureOf, readRegular } from './read-regular.ts';

/**
 * Secrets in files below granted folders. Links are followed as long as they stay within such a folder (mounted secrets are links
 * to files beside them); what lies in `ours`, the gateway's own folders and files, is nobody's secret.
 */
export function createFileProvider(ours: readonly string[]): SecretProvider {
  return {
    pathForm: 'The path of a file is absolute, and holds no . or .. and no control characters.',
    prefixForm: 'A folder is an absolute path without . and .. in it; it is not the root, nor in /proc, /sys or /dev.',
    isPath: isPlainPath,
    isWithin,
    readPrefix(prefix) {
      const folder = prefix.replace(/\/+$/, '');
      return isPlainPath(folder) && !isPseudo(folder) ? folder : null;
    },
    /** Links, and other ways to one file, are names of one secret. */
    async identify(path) {
      const found = await stat(path, { bigint: true }).catch(() => null);
      return found === null ? null : `${found.dev}:${found.ino}`;
    },
    async read(path, prefixes, signal) {
      const granted = prefixes.filter((prefix) => isPlainPath(path) && isWithin(path, prefix));
      if (granted.length === 0) throw new SecretError('not-granted');
      for (let left = MOST_READS; ; left -= 1) {
        const real = await realPath(path);
        const bytes = await readReal(real, granted, ours, signal);
        if (bytes !== 'replaced') return bytes;
        if (left === 1) throw new SecretError('unreadable');
      }
    },
  };
}

/** Managers put another file, or another folder, in the place of the one that is being read: then that one is what the secret is now. */
const MOST_READS = 5;

async function readReal(
  real: string,
  granted: readonly string[],
  ours: readonly string[],
  signal: AbortSignal,
): Promise<Buffer | 'replaced'> {
  const folders = await Promise.all(granted.map((folder) => realpath(folder).catch(() => null)));
  const folder = folders.find((one) => one !== null && isWithin(real, one));
  if (folder === undefined || folder === null || isPseudo(real)) throw new SecretError('not-granted');
  const own = await Promise.all(ours.map((one) => realpath(one).catch(() => one)));
  if (own.some((one) => real === one || isWithin(real, one))) throw new SecretError('not-granted');
  return await readRegular(real, folder, own, signal);
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw failureOf(error);
  }
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isPlainPath(path: string): boolean {
  const parts = path.split('/').slice(1);
  return (
    path.startsWith('/') &&
    path.length <= 1024 &&
    path.isWellFormed() &&
    !/\p{Cc}/u.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** File systems that show the machine and its processes instead of files. */
function isPseudo(path: string): boolean {
  return ['/proc', '/sys', '/dev'].some((root) => path === root || isWithin(path, root));
}
