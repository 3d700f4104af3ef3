import { nameKey } from '../../domain/connection/names.ts';
import { shownByName, shownName } from '../../domain/dialect/shown-names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { MatillionSettings } from '../../domain/matillion/environment-override.ts';
import { MATILLION_KINDS, type PlatformType, platformTypeOfKind } from '../../domain/matillion/platform-types.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { DescribedConnection } from '../connections/describe-connection.ts';
import { findByName, listDescribed } from '../connections/list-described.ts';
import type { Services } from '../services.ts';
import { MATILLION } from './namespace.ts';

/** A connection as Matillion's dialect has it, by the name that it is addressed by. */
export interface MatillionConnection {
  readonly name: string;
  readonly type: PlatformType;
  readonly settings: MatillionSettings;
  readonly described: DescribedConnection;
}

/** All that the actor may see, by name. Throws FORBIDDEN. */
export async function listMatillion(services: Services, actor: Actor): Promise<readonly MatillionConnection[]> {
  const found = await listDescribed(services, actor, { kinds: MATILLION_KINDS });
  return shownByName(found, MATILLION)
    .map(read)
    .filter((connection) => connection !== null)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Throws FORBIDDEN, NOT_FOUND. */
export async function findMatillion(services: Services, actor: Actor, name: string): Promise<MatillionConnection> {
  const found = await findByName(services, actor, { name: nameKey(name), namespace: MATILLION, kinds: MATILLION_KINDS });
  const connection = found === null ? null : read(found);
  if (connection === null) throw notFound('connection');
  return connection;
}

function read(described: DescribedConnection): MatillionConnection | null {
  const type = platformTypeOfKind(described.current.kind);
  // They were parsed by the fields of this kind before they were stored.
  return type === null
    ? null
    : { name: shownName(described), type, settings: described.current.settings as unknown as MatillionSettings, described };
}
