import { and, asc, eq } from 'drizzle-orm';
import type { Scope, Version } from '../../../domain/connection/connection.ts';
import type { ListedConnection, ListedSettings } from '../../../domain/connection/connection-store.ts';
import type { PageRequest } from '../../../domain/ports/page.ts';
import { UnreadableJson } from '../../tables/stored-json.ts';
import type { Tables } from '../../tables/tables.ts';
import { altered } from '../signing/row-mac.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { newerThan } from '../statements/keyset.ts';
import { preparedInScope } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';
import { ofLength } from '../versions/version-conditions.ts';
import { withinScope } from './connection-filter.ts';

const list = defineListing('connections_listing', 'unread');
const listWithSettings = {
  short: defineListing('connections_listing_short', 'short'),
  long: defineListing('connections_listing_long', 'long'),
};
/** The place before the first row. */
const BEFORE_ALL = { at: 0, id: '' };

/** Connections with what a list shows of them, oldest first; with their settings, where those are asked for. */
export async function listConnections(
  source: SignedSource,
  tables: Tables,
  scope: Scope,
  { limit, after, settings }: PageRequest & { readonly settings: ListedSettings },
): Promise<readonly ListedConnection[]> {
  const page = { limit, ...(after ?? BEFORE_ALL) };
  return settings === 'unread'
    ? trusted(await list(source, tables, scope, page))
    : withSettings(tables, await listWithSettings[settings](source, tables, scope, page));
}

function defineListing(name: string, settings: ListedSettings) {
  return preparedInScope(name, ['limit', 'at', 'id'], (db, tables, scope, { limit, at, id }) => {
    const { connections, integrations, versions } = tables;
    const columns = {
      id: connections.id,
      name: connections.name,
      createdAt: connections.createdAt,
      integrationId: connections.integrationId,
      integrationName: integrations.name,
      integrationCategory: integrations.category,
      siteId: integrations.siteId,
      kind: versions.kind,
      ...(settings === 'unread' ? {} : { settings: versions.settings }),
    };
    const statement = db
      .select(columns)
      .from(connections)
      .innerJoin(integrations, eq(integrations.id, connections.integrationId))
      .innerJoin(versions, and(eq(versions.connectionId, connections.id), eq(versions.version, connections.currentVersion)))
      .where(
        and(
          withinScope(tables, scope),
          newerThan(connections.createdAt, connections.id, { at, id }),
          settings === 'unread' ? undefined : ofLength(tables, settings),
        ),
      )
      .orderBy(asc(connections.createdAt), asc(connections.id))
      .limit(atMost(limit));
    return { columns, statement, lazy: ['settings'] };
  });
}

/** The listing takes rows as they are stored: where stored settings can't be read, only asking for those of that row fails. */
function withSettings({ connections }: Tables, stored: readonly object[]): readonly ListedConnection[] {
  const rows = trusted<Omit<ListedConnection, 'settings'> & { settings: () => Version['settings'] }>(stored);
  for (const row of rows) {
    const { id, settings: read } = row;
    row.settings = () => {
      const settings: unknown = read();
      if (typeof settings !== 'object' || settings === null || Array.isArray(settings) || settings instanceof UnreadableJson)
        throw altered(connections, { id });
      // It must be an object and not a list.
      return settings as Version['settings'];
    };
  }
  return rows;
}
