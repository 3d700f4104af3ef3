import type { Given } from '../rules/given.ts';
import { flagsOf, type MergedSsl, mergeSsl } from '../rules/ssl.ts';
import { TYPES, type Type } from '../rules/types.ts';
import type { LerianConnection } from './wire-connection.ts';

type Details = Readonly<Record<string, unknown>>;

/** What was given, as fields of our kinds; TLS apart, which depends on what is stored. */
function fieldsOf({ host, port, databaseName, userName, password }: Given): Details {
  const given = { host, port, database: databaseName, user: userName, password };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** A new connection's. */
export function newDetails(given: Given, type: Type): Details {
  const ssl = given.ssl === null ? null : mergeSsl({ type, host: given.host ?? '' }, null, given.ssl);
  return { ...fieldsOf(given), ...(ssl === null ? {} : { ssl: withoutNulls(ssl.changes) }) };
}

/** What a patch changes of them, member by member of TLS, and the mode that results. */
export function changesOf(given: Given, stored: LerianConnection, type: Type) {
  const ssl = sslOf(given, stored, type);
  return {
    kind: TYPES[type],
    changes: { ...fieldsOf(given), ...(ssl === null ? {} : { ssl: ssl.changes }) },
    ssl,
  };
}

/** A mode that stays may mean another thing with another type, or for another host. */
function sslOf(given: Given, stored: LerianConnection, type: Type): MergedSsl | null {
  const place = { type, host: given.host ?? stored.host };
  if (given.ssl !== null) return mergeSsl(place, stored.ssl, given.ssl);
  const isOther = type !== stored.type || place.host !== stored.host;
  return stored.ssl === null || !isOther ? null : { ...stored.ssl, changes: flagsOf(place, stored.ssl.mode) };
}

function withoutNulls(members: Details): Details {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
