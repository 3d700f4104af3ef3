import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SecretError } from '../../domain/errors/secret-error.ts';

/** A file of the operator's that holds a login of the gateway, by the setting that names it. */
export interface LoginFile {
  readonly setting: string;
  readonly file: string;
}

const MOST_BYTES = 64 * 1024;

/**
 * Its text, without the blanks around it. Read whenever a sign-in needs it, since such files are replaced. Throws SecretError that names
 * the setting, and neither the file nor anything that it holds: whoever may refer to secrets is shown that. `isPublic` where everybody may read it.
 */
export async function readLoginFile({ setting, file }: LoginFile, { isPublic = false } = {}): Promise<string> {
  try {
    // A pipe would be waited for.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > MOST_BYTES) throw unusable(`what ${setting} names is no file of 64 KiB at most`);
      if (!isPublic && (stat.mode & 0o007) !== 0) throw unusable(`everybody may read or write the file of ${setting}: chmod o= it`);
      const text = (await handle.readFile('utf8')).trim();
      if (text === '') throw unusable(`the file of ${setting} is empty`);
      return text;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw unusable(`the file of ${setting} cannot be read`);
  }
}

/** The same of a file that holds one word of printable ASCII, such as a token. */
export async function readLoginWord(file: LoginFile, options?: { readonly isPublic: boolean }): Promise<string> {
  const text = await readLoginFile(file, options);
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw unusable(`the file of ${file.setting} holds something else`);
}

export function unusable(what: string): SecretError {
  return new SecretError('not-set-up', what);
}
