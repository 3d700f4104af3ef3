import { type FieldNode, type GraphQLResolveInfo, getNamedType, isNonNullType, isObjectType, Kind, type SelectionSetNode } from 'graphql';
import type { Connection, Integration, IntegrationCategory, Version } from '../../../domain/connection/connection.ts';
import { type Identifier, identifiersOf as identifiersIn } from '../../../domain/connection/details/details.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import { faultOf } from '../../../domain/errors/altered-row.ts';
import { type DomainError, notFound } from '../../../domain/errors/errors.ts';
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

/** What makes a connection of a list unfit to be shown: a field that is never null is read from a CURRENT version that was altered, or is gone. */
export function versionFault({ id }: Connection, { loaders }: Context, info: GraphQLResolveInfo): DomainError | null {
  if (relatedOf(info).get('currentVersion') !== 'needed') return null;
  const version = loaders.currentVersion.peek(id);
  return version === null ? notFound('version') : faultOf(version);
}

/** Whether what is read from another row may be null in the answer. */
type Reading = 'wanted' | 'needed';

/** The same nodes for every row of an execution. */
const known = new WeakMap<readonly FieldNode[], ReadonlyMap<Related, Reading>>();

function relatedOf({ fieldNodes, fragments, returnType }: GraphQLResolveInfo): ReadonlyMap<Related, Reading> {
  const found = known.get(fieldNodes);
  if (found !== undefined) return found;
  const type = getNamedType(returnType);
  const fields = isObjectType(type) ? type.getFields() : {};
  const related = new Map<Related, Reading>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) add(fields[selection.name.value]);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        visit(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  const add = (field: (typeof fields)[string] | undefined) => {
    // The functions above put it there.
    const one = field?.extensions.reads as Related | undefined;
    if (field === undefined || one === undefined) return;
    related.set(one, isNonNullType(field.type) || related.get(one) === 'needed' ? 'needed' : 'wanted');
  };
  for (const { selectionSet } of fieldNodes) visit(selectionSet);
  known.set(fieldNodes, related);
  return related;
}
