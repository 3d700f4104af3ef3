import type { Connection, Integration, IntegrationCategory } from '../../../domain/connection/connection.ts';
import { type Identifier, identifiersOf as identifiersIn } from '../../../domain/connection/details/details.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Context } from '../context.ts';

/** Its CURRENT version, and the connector of that; null when the package of its kind is not loaded: what is stored is listed all the same. */
export async function currentOf(row: Connection, { loaders, services: { connectors } }: Context) {
  const version = await loaders.currentVersion.load(row.id);
  if (version === null) throw notFound('version');
  return { version, connector: connectors.find(version.kind) };
}

export async function integrationOf(row: Connection, { loaders }: Context): Promise<Integration> {
  const integration = await loaders.integration.load(row.integrationId);
  if (integration === null) throw notFound('integration');
  return integration;
}

/** A resolver of its integration, where that is of one of these categories. */
export function inCategory(categories: readonly IntegrationCategory[]) {
  return async (row: Connection, _: unknown, context: Context): Promise<Integration | null> => {
    const integration = await integrationOf(row, context);
    return categories.includes(integration.category) ? integration : null;
  };
}

export async function identifiersOf(row: Connection, context: Context): Promise<readonly Identifier[]> {
  const { version, connector } = await currentOf(row, context);
  return connector === null ? [] : identifiersIn(connector, version.settings);
}
