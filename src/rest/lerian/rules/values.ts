import { type Fields, fault, invalid, missing } from '../faults.ts';
import { type Given, metadataOf } from './given.ts';
import { isModeOf, modesOf, needsCa } from './ssl.ts';
import { isType, TYPE_NAMES, type Type } from './types.ts';

/** Whether a host may be dialled as far as its spelling says. */
export type ScreenHost = (host: string, port: number) => 'allowed' | 'denied' | 'malformed';

export const CONFIG_NAME = /^[a-zA-Z0-9_-]+$/;
const NAME_LENGTH = { least: 3, most: 100 } as const;

export function isNameLength(name: string): boolean {
  return name.length >= NAME_LENGTH.least && name.length <= NAME_LENGTH.most;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Step 5: what is wrong with the values that were sent, each by itself. The policy of hosts, which the caller's answer never repeats, comes after all else. */
export function requireValues(given: Given, screen: ScreenHost, storedPort: number | null): void {
  const { configName, type, host, port, password } = given;
  const fields: Record<string, string> = {};
  if (configName !== null && !isNameLength(configName))
    fields.configName = `must have ${NAME_LENGTH.least} to ${NAME_LENGTH.most} characters`;
  if (type !== null && !isType(type)) fields.type = `must be one of ${TYPE_NAMES.join(', ')}`;
  const verdict = host === null ? 'allowed' : screen(host, port ?? storedPort ?? 1);
  if (verdict === 'malformed') fields.host = 'must be a host name or an address';
  if (port !== null && !isPort(port)) fields.port = 'must be from 1 to 65535';
  if (Object.keys(fields).length > 0) throw invalid(fields);
  if (password === '') throw missing({ password: 'must not be empty' });
  if (verdict === 'denied')
    throw fault('FET-0414', 'The host may not be connected to from here. Its operator may allow it (CHANGEOVER_EGRESS_ALLOW).', {
      host: 'is not allowed',
    });
  metadataOf(given);
}

const REQUIRED = ['configName', 'type', 'host', 'port', 'databaseName', 'userName', 'password'] as const;

/** What a new connection has to have, before the values are looked at. */
export function requireMembers(given: Given): void {
  const fields = REQUIRED.filter((name) => given[name] === null || given[name] === '').map((name) => [name, 'is required'] as const);
  if (fields.length > 0) throw missing(Object.fromEntries(fields));
}

/** What only a whole one can be asked: its name's form, and TLS. */
export function requireNew({ configName, type, ssl }: Given): Type {
  if (configName === null || !CONFIG_NAME.test(configName)) throw invalid({ configName: 'must be of letters, digits, _ and -' });
  if (!isType(type)) throw invalid({ type: `must be one of ${TYPE_NAMES.join(', ')}` });
  if (ssl === null) return type;
  const { mode } = ssl;
  if (mode === null || mode === '') throw missing({ 'ssl.mode': 'must be set when ssl is configured' });
  if (!isModeOf(type, mode)) throw invalid(modeFault(type));
  if (needsCa(mode) && (ssl.ca ?? '').trim() === '') throw missing({ 'ssl.ca': 'must be set when ssl is configured' });
  return type;
}

export function modeFault(type: Type): Fields {
  return { 'ssl.mode': `must be one of ${modesOf(type).join(', ')} for ${type}` };
}
