import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SECRET_MAX_BYTES } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';

/**
 * The bytes of a regular file that was found below `folder`. Opened without waiting and without following a link at its end, so that
 * a pipe or a device is refused like any other thing that is no file. Not of a file, or in a folder, that everybody may write: whose
 * secret would that be? Nor one of `ours` under another name. `replaced` when it went away or was changed for another meanwhile: the
 * path may lead to a file all the same. Throws SecretError.
 */
export async function readRegular(
  real: string,
  folder: string,
  ours: readonly string[],
  signal: AbortSignal,
): Promise<Buffer | 'replaced'> {
  let handle: FileHandle;
  try {
    // To open a device may do something by itself.
    if (!(await lstat(real)).isFile()) throw new SecretError('unreadable');
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return replacedOrThrow(error);
  }
  const buffer = Buffer.alloc(SECRET_MAX_BYTES + 1);
  try {
    const opened = await handle.stat();
    if (!opened.isFile() || isOpenToAll(opened)) throw new SecretError('unreadable');
    if (opened.size > SECRET_MAX_BYTES) throw new SecretError('too-large');
    await refuseOwn(opened, ours);
    await requireGuarded(dirname(real), folder);
    // A folder on the way may have been replaced by a link since it was looked at.
    if ((await realpath(real)) !== real || !isSame(await lstat(real), opened)) return 'replaced';
    const length = await fill(handle, buffer, signal);
    if (length > SECRET_MAX_BYTES) throw new SecretError('too-large');
    return Buffer.from(buffer.subarray(0, length));
  } catch (error) {
    return replacedOrThrow(error);
  } finally {
    buffer.fill(0);
    await handle.close();
  }
}

function replacedOrThrow(error: unknown): 'replaced' {
  if (error instanceof SecretError) throw error;
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return 'replaced';
  throw failureOf(error);
}

/** A short read is not the end of a file. */
async function fill(handle: FileHandle, buffer: Buffer, signal: AbortSignal): Promise<number> {
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    if (signal.aborted) throw new SecretError('late');
    read = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead;
  }
  return length;
}

/** A hard link shows no other path. */
async function refuseOwn(opened: Stats, ours: readonly string[]): Promise<void> {
  for (const path of ours) {
    const own = await stat(path).catch(() => null);
    if (own !== null && isSame(own, opened)) throw new SecretError('not-granted');
  }
}

/** From the file's folder up to the granted one. */
async function requireGuarded(from: string, folder: string): Promise<void> {
  for (let at = from; ; at = dirname(at)) {
    const found = await stat(at);
    // In a sticky folder only the owner of a file may put another in its place.
    if (isOpenToAll(found) && (found.mode & STICKY) === 0) throw new SecretError('unreadable');
    if (at === folder || at === dirname(at)) return;
  }
}

const STICKY = 0o1000;

function isOpenToAll({ mode }: Stats): boolean {
  return (mode & 0o002) !== 0;
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

export function failureOf(error: unknown): SecretError {
  return new SecretError(['ENOENT', 'ENOTDIR'].includes(codeOf(error)) ? 'missing' : 'unreadable');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
