import type { MatillionSettings } from '../../domain/matillion/environment-override.ts';
import type { PlatformType } from '../../domain/matillion/platform-types.ts';
import { shown, type Texts, type Unfit, unfitProperties } from '../../domain/matillion/unfit-connection.ts';
import type { MatillionConnection } from '../../operations/matillion/find-connections.ts';
import { etagOf } from '../kit/http/etag.ts';
import type { Violation } from './violation.ts';

/** Properties as they were sent: an object of texts that fits the type, or what is wrong with it. */
export function readProperties(
  value: unknown,
  { type, authType, at }: { readonly type: PlatformType; readonly authType: MatillionSettings['authType']; readonly at: string },
): { readonly properties: Texts; readonly violations: readonly Violation[] } {
  const path = `${at}.connectionProperties`;
  if (value === undefined || value === null) return { properties: {}, violations: [{ path, message: 'is required' }] };
  if (typeof value !== 'object' || Array.isArray(value))
    return { properties: {}, violations: [{ path, message: 'must be an object of texts' }] };
  const wrong = Object.entries(value).filter(([, member]) => typeof member !== 'string');
  if (wrong.length > 0)
    return { properties: {}, violations: wrong.map(([name]) => ({ path: `${path}.${shown(name)}`, message: 'must be a text' })) };
  // Every member was seen to be a text.
  const properties = value as Texts;
  return { properties, violations: below(at, unfitProperties(type, authType, properties)) };
}

export function below(at: string, unfit: readonly Unfit[]): readonly Violation[] {
  return unfit.map(({ path, message }) => ({ path: `${at}.${path}`, message }));
}

/** The members that every answer about a connection has. */
export function headOf({ name, type, settings }: MatillionConnection) {
  return { name, platformConnectionType: type, authProvider: settings.authProvider, authType: settings.authType };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

export function originOf({ described: { connection } }: MatillionConnection) {
  // The command line on the gateway's machine has no token, and so no id.
  const createdBy = /^[0-9a-f-]{36}$/.test(connection.createdBy ?? '') ? connection.createdBy : NOBODY;
  return { createdBy, createdDate: new Date(connection.createdAt).toISOString(), projectId: connection.projectId };
}

export function wireConnection(connection: MatillionConnection) {
  const { description, connectionProperties, secretsLocation } = connection.settings;
  return {
    ...headOf(connection),
    connectionDetails: {
      ...(description === undefined ? {} : { description }),
      connectionProperties,
      ...(secretsLocation === undefined ? {} : { secretsLocation }),
    },
    ...originOf(connection),
  };
}

export function etagOfConnection({ described: { current } }: MatillionConnection): Readonly<Record<string, string>> {
  return { etag: etagOf(current.version) };
}
