import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { camelToSnake } from '../../domain/connection/details/details.ts';
import { GatewayError } from '../gateway/transport.ts';

export type Credentials = Readonly<Record<string, unknown>>;

export interface GivenCredentials {
  readonly variables: Readonly<Record<string, string>>;
  /** To be called at the end. */
  remove(): void;
}

/** One variable for each field that has a value: `signingSecret` is `<prefix>SIGNING_SECRET`. A nested field is JSON. */
export function giveByEnvironment(credentials: Credentials, prefix: string): GivenCredentials {
  const variables: Record<string, string> = {};
  for (const [field, value] of Object.entries(credentials)) {
    if (value === null || value === undefined) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    // Node's own refusal would quote the value.
    if (text.includes('\0')) throw new GatewayError('BAD_REQUEST', `${field} can't be held by an environment variable; use --file.`);
    variables[`${prefix}${camelToSnake(field).toUpperCase()}`] = text;
  }
  return { variables, remove() {} };
}

/** A JSON object in a file that only this user reads, in a folder that only this user enters. Both are gone when this process ends by an error of its own, too. */
export function giveByFile(credentials: Credentials, variable: string): GivenCredentials {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-run-'));
  const file = join(folder, 'credentials.json');
  const remove = () => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', remove);
  try {
    writeFileSync(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    remove();
    throw error;
  }
  return { variables: { [variable]: file }, remove };
}
