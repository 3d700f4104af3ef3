import { type FieldNode, type GraphQLResolveInfo, getNamedType, isObjectType, Kind, type SelectionSetNode } from 'graphql';
import type { Connection, Integration, IntegrationCategory, Version } from '../../../domain/connection/connection.ts';
import { type Identifier, identifiersOf as identifiersIn } from '../../../domain/connection/details/details.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Context } from '../context.ts';
import { whenLoaded } from '../row-loader.ts';

export interface Current {
  readonly version: Version;
  /** Null when the package of its kind is not loaded: what is stored is listed all the same. */
  readonly connector: Connector | null;
}

/** What a field of a connection is read from, beside its own row. */
type Related = 'currentVersion' | 'integration';

const reads = (related: Related) => ({ reads: related });

/** Options of a field that is read from the CURRENT version. */
export function fromCurrent<T>(read: (current: Current, row: Connection) => T) {
  const readLoaded = (version: Version | null, row: Connection, { services }: Context) => {
    if (version === null) throw notFound('version');
    return read({ version, connector: services.connectors.find(version.kind) }, row);
  };
  return {
    extensions: reads('currentVersion'),
    resolve: (row: Connection, _: unknown, context: Context): T | Promise<T> =>
      whenLoaded(context.loaders.currentVersion.load(row.id), readLoaded, row, context),
  };
}

/** Options of a field that is read from the integration. */
export function fromIntegration<T>(read: (integration: Integration, row: Connection) => T) {
  const readLoaded = (integration: Integration | null, row: Connection) => {
    if (integration === null) throw notFound('integration');
    return read(integration, row);
  };
  return {
    extensions: reads('integration'),
    resolve: (row: Connection, _: unknown, context: Context): T | Promise<T> =>
      whenLoaded(context.loaders.integration.load(row.integrationId), readLoaded, row, context),
  };
}

/** Options of a field that is its integration, where that is of one of these categories. */
export function inCategory(categories: readonly IntegrationCategory[]) {
  return fromIntegration((integration) => (categories.includes(integration.category) ? integration : null));
}

/** Options of a field that is read from its identifiers. */
export function fromIdentifiers<T>(read: (identifiers: readonly Identifier[]) => T) {
  return fromCurrent(({ version, connector }) => read(connector === null ? [] : identifiersIn(connector, version.settings)));
}

/**
 * Loads at once what the selected fields of the rows of a list are read from: a field that waited for itself would take several
 * promises, and a long list has tens of thousands of fields. Null when all of it is there.
 */
export function readAhead(rows: readonly Connection[], { loaders }: Context, info: GraphQLResolveInfo): Promise<unknown> | null {
  const related = relatedOf(info);
  const ahead = [
    related.has('currentVersion') ? loaders.currentVersion.loadAll(rows.map(({ id }) => id)) : null,
    related.has('integration') ? loaders.integration.loadAll(rows.map(({ integrationId }) => integrationId)) : null,
  ].filter((one) => one !== null);
  return ahead.length === 0 ? null : Promise.all(ahead);
}

/** The same nodes for every row of an execution. */
const known = new WeakMap<readonly FieldNode[], ReadonlySet<Related>>();

function relatedOf({ fieldNodes, fragments, returnType }: GraphQLResolveInfo): ReadonlySet<Related> {
  const found = known.get(fieldNodes);
  if (found !== undefined) return found;
  const type = getNamedType(returnType);
  const fields = isObjectType(type) ? type.getFields() : {};
  const related = new Set<Related>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      // The functions above put it there.
      if (selection.kind === Kind.FIELD) add(fields[selection.name.value]?.extensions.reads as Related | undefined);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        visit(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  const add = (one: Related | undefined) => one !== undefined && related.add(one);
  for (const { selectionSet } of fieldNodes) visit(selectionSet);
  known.set(fieldNodes, related);
  return related;
}
