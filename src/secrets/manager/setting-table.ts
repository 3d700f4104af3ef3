import { resolve } from 'node:path';
import { StartupError } from '../../domain/errors/startup-error.ts';
import type { LoginFile } from './read-login-file.ts';

/** Some of the gateway's settings: their defaults and what they do. The reference page is made of them. */
export type SettingTable = Readonly<Record<string, { readonly default: string; readonly description: string }>>;

/** What a setting of the table says, or its default. */
export type ReadSetting<T extends SettingTable> = (name: keyof T & string) => string;

/** A file by its setting; null where that is not set. */
export function fileOf<T extends SettingTable>(read: ReadSetting<T>, setting: keyof T & string): LoginFile | null {
  const given = read(setting);
  return given === '' ? null : { setting, file: resolve(given) };
}

/** A URL that logins are sent to: https, or plain http on this machine. Throws StartupError that names the setting. */
export function urlOf<T extends SettingTable>(read: ReadSetting<T>, setting: keyof T & string): string {
  const given = read(setting);
  const { protocol, hostname } = URL.canParse(given) ? new URL(given) : { protocol: '', hostname: '' };
  const isSecure = protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname));
  if (isSecure && !/[?#@]/.test(given)) return given;
  throw new StartupError(`${setting} must be an https URL without credentials, query or fragment.`);
}
