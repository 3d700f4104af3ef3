import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { EnvironmentOverride } from '../../domain/matillion/environment-override.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { updateTogether } from '../commits/update-together.ts';
import type { Services } from '../services.ts';
import { findMatillion, listMatillion, type MatillionConnection } from './find-connections.ts';
import { updateMatillion } from './write-connection.ts';

/** What an environment has in place of a connection's own details. It is part of the connection's version, and is rolled back with it. */
export interface OverriddenConnection {
  readonly environment: string;
  readonly connection: MatillionConnection;
  readonly override: EnvironmentOverride;
}

/** By connection and environment; of one environment where it is named. Throws FORBIDDEN. */
export async function listOverrides(
  services: Services,
  actor: Actor,
  environment: string | undefined,
): Promise<readonly OverriddenConnection[]> {
  return (await listMatillion(services, actor)).flatMap((connection) =>
    Object.entries(overridesOf(connection))
      .filter(([name]) => environment === undefined || name === environment)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, override]) => ({ environment: name, connection, override })),
  );
}

export interface GivenOverride {
  readonly environment: string;
  readonly override: EnvironmentOverride;
  /** Whether there has to be one already, or may be none. */
  readonly replaces: boolean;
}

/** Throws NAME_TAKEN for one that is there, or NOT_FOUND for one that is not, by what is asked for; and what an update throws. */
export async function writeOverride(
  services: Services,
  actor: Actor,
  connection: MatillionConnection,
  { environment, override, replaces }: GivenOverride,
): Promise<OverriddenConnection> {
  const before = overridesOf(connection);
  const isThere = Object.hasOwn(before, environment);
  if (isThere && !replaces)
    throw new DomainError('NAME_TAKEN', 'There is an override of this connection in this environment already. Replace it with PUT.', {
      path: 'environmentName',
    });
  if (!isThere && replaces) throw notFound('override');
  const changed = await save(services, actor, connection, { ...before, [environment]: override });
  return { environment, connection: changed, override };
}

/** All of them, or none: NOT_FOUND where one of the connections is unknown or has no override there. Throws what an update throws. */
export async function deleteOverrides(services: Services, actor: Actor, environment: string, names: readonly string[]): Promise<void> {
  const found = await Promise.all([...new Set(names)].map((name) => findMatillion(services, actor, name)));
  // Several spellings of a name are of one connection.
  const connections = [...new Map(found.map((connection) => [connection.described.connection.id, connection])).values()];
  if (!connections.every((connection) => Object.hasOwn(overridesOf(connection), environment))) throw notFound('override');
  const updates = connections.map((connection) => {
    const { [environment]: _removed, ...rest } = overridesOf(connection);
    return updateOf(connection, rest);
  });
  await updateTogether(services, actor, updates);
}

function overridesOf({ settings }: MatillionConnection): Readonly<Record<string, EnvironmentOverride>> {
  return settings.environmentOverrides ?? {};
}

async function save(
  services: Services,
  actor: Actor,
  connection: MatillionConnection,
  overrides: Readonly<Record<string, EnvironmentOverride>>,
): Promise<MatillionConnection> {
  return await updateMatillion(services, actor, connection, updateOf(connection, overrides));
}

/** Of two who write overrides of one connection at once the second is told that it has changed. */
function updateOf({ described }: MatillionConnection, overrides: Readonly<Record<string, EnvironmentOverride>>) {
  return {
    connectionId: described.connection.id,
    changes: { environmentOverrides: Object.keys(overrides).length === 0 ? null : overrides },
    expectedVersion: described.current.version,
  };
}
