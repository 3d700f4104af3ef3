import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../domain/errors/startup-error.ts';

/** 32 bytes, from a file that only its owner may read. */
export interface MasterKeyFile {
  readonly file: string;
  /** Makes a key if there is none. For the embedded store, whose data directory holds everything anyway. */
  readonly createIfAbsent: boolean;
}

/**
 * Reads the master key: 64 hex digits, or exactly 32 raw bytes; one trailing newline is tolerated. Throws StartupError with one
 * line that says what to mend and shows nothing of the content.
 */
export function loadMasterKey({ file, createIfAbsent }: MasterKeyFile): Buffer {
  const found = readKeyFile(file);
  if (found !== null) return found;
  if (!createIfAbsent)
    throw new StartupError(
      `The master key file ${file} does not exist. Put the key of the store there; for a new store make one with: (umask 077; openssl rand -hex 32 > ${file})`,
    );
  try {
    writeKeyFile(file, randomBytes(32));
  } catch (error) {
    // Another process that starts at the same moment made it first: its key is the key.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw new StartupError(`The master key file ${file} could not be made (${codeOf(error)})${unwritable(codeOf(error))}.`);
  }
  const made = readKeyFile(file);
  if (made === null) throw new StartupError(`The master key file ${file} vanished while it was being made.`);
  return made;
}

function unwritable(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return ': its disk is full';
  return code === 'EROFS' ? ': its disk is read-only' : '';
}

function readKeyFile(file: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new StartupError(`The master key file ${file} can't be read (${codeOf(error)}).`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new StartupError(`The master key file ${file} is not a regular file.`);
    if ((stat.mode & 0o077) !== 0)
      throw new StartupError(
        `The master key file ${file} may be read by others (mode ${(stat.mode & 0o777).toString(8)}). Run: chmod 600 ${file}`,
      );
    const buffer = Buffer.alloc(128);
    const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
    const key = parseMasterKey(bytes);
    if (key === null)
      throw new StartupError(`The master key file ${file} must hold 64 hex digits or exactly 32 bytes; it holds something else.`);
    return key;
  } finally {
    closeSync(descriptor);
  }
}

/** Null for anything but 64 hex digits or 32 raw bytes, each with at most one newline behind it. */
export function parseMasterKey(bytes: Buffer): Buffer | null {
  if (bytes.length === 32) return Buffer.from(bytes);
  const text = bytes.toString('latin1');
  const hex = /^([0-9A-Fa-f]{64})(\r?\n)?$/.exec(text)?.[1];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  return bytes.length === 33 && bytes[32] === 0x0a ? Buffer.from(bytes.subarray(0, 32)) : null;
}

/** The file is whole or does not exist: a crash that leaves it empty would make every later start fail. A second maker fails with EEXIST. */
function writeKeyFile(file: string, key: Buffer): void {
  const draft = `${file}.${process.pid}.new`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    writeSync(descriptor, `${key.toString('hex')}\n`);
    fsyncSync(descriptor);
    linkSync(draft, file);
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(file), constants.O_RDONLY);
  try {
    // If a power cut took the key away, every credential would be lost with it.
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
