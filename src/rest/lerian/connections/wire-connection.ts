import { isPlainObject } from '../../../domain/connection/details/details.ts';
import { displayName } from '../../../domain/connection/names.ts';
import type { DescribedConnection } from '../../../operations/connections/describe-connection.ts';
import type { Metadata } from '../rules/metadata.ts';
import { modeOf, type StoredSsl, type TlsDetails } from '../rules/ssl.ts';
import { type Type, typeOfKind } from '../rules/types.ts';

/** The dialect's own part of a version's facets. */
export const FACET = 'lerian';

export interface LerianFacet {
  /** Which product it belongs to: set once. */
  readonly productName?: string;
  readonly schema?: string;
  readonly metadata?: Metadata;
  /** As it was said, since two words of a type may mean the same. */
  readonly sslMode?: string;
}

/** A connection in the vendor's words. */
export interface LerianConnection {
  readonly described: DescribedConnection;
  readonly facet: LerianFacet;
  readonly type: Type;
  readonly configName: string;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
  readonly userName: string;
  readonly ssl: StoredSsl | null;
}

/** Null for one of a kind that the vendor does not have. */
export function inWords(described: DescribedConnection): LerianConnection | null {
  const { connection, current, integration } = described;
  const type = typeOfKind(current.kind);
  if (type === null) return null;
  // It is written by this dialect alone, in this shape, and signed with the version.
  const facet = (isPlainObject(current.facets[FACET]) ? current.facets[FACET] : {}) as LerianFacet;
  const { host, port, database, user, ssl } = current.settings;
  const tls: TlsDetails | undefined = isPlainObject(ssl) ? ssl : undefined;
  const mode = modeOf({ type, host: textOf(host) }, tls, facet.sslMode);
  return {
    described,
    facet,
    type,
    configName: displayName(connection, integration),
    host: textOf(host),
    port: Number(port ?? 0),
    databaseName: textOf(database),
    userName: textOf(user),
    ssl: mode === null ? null : { mode, hasCa: tls?.caData !== undefined },
  };
}

/** As it is answered: what is not set is left out, and of TLS nothing but the mode is shown. */
export function wireConnection(given: LerianConnection) {
  const { described, facet, type, configName, host, port, databaseName, userName, ssl } = given;
  const { id, createdAt, updatedAt } = described.connection;
  const { productName, schema, metadata = {} } = facet;
  return {
    id,
    ...(productName === undefined ? {} : { productName }),
    configName,
    type,
    host,
    port,
    databaseName,
    ...(schema === undefined ? {} : { schema }),
    userName,
    ...(ssl === null ? {} : { ssl: { mode: ssl.mode } }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
