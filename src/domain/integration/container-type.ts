import type { IntegrationCategory } from '../connection/connection.ts';
import { type Connector, foldKind } from '../connector/connector.ts';
import { badRequest } from '../errors/errors.ts';
import { categoryOf } from './integration-category.ts';

/** Types of warehouses that are told apart, in the words of the lead API, which calls an integration of any other type a custom one. */
export const WAREHOUSE_TYPES =
  'etl custom-integration custom-connector data-lake transactional-db bigquery clickhouse db2 dremio microsoft-fabric mysql oracle pinecone redshift s3-metadata-events salesforce-crm salesforce-data-cloud snowflake starburst-enterprise starburst-galaxy teradata'.split(
    ' ',
  );
export const BI_TYPES = ['looker', 'tableau', 'power-bi', 'custom-bi-connector'];
export const ETL_TYPES =
  'fivetran airflow databricks informatica informatica-v2 azure-data-factory mulesoft gcp-dataform snowflake custom power-bi-dataflow salesforce-data-cloud dbt'.split(
    ' ',
  );

/** A warehouse that many kinds share: those that query files have no type of their own. */
const DATA_LAKE = 'data-lake';
const ETL = 'etl';

type OfKind = Pick<Connector, 'kind' | 'category'> & { readonly family: Pick<NonNullable<Connector['family']>, 'kind'> | null };

/** What a new integration is. */
export interface ContainerType {
  readonly category: IntegrationCategory;
  readonly type: string;
}

/** What the caller says of it: the category by the operation that was called, the type by a word of its own. */
export interface AskedContainer {
  readonly category?: IntegrationCategory;
  readonly warehouseType?: string | null;
}

/** Decides what a new integration is by the kind of its first connection. Throws BAD_REQUEST where what is asked does not fit the kind. */
export function containerFor(connector: OfKind, { category, warehouseType = null }: AskedContainer): ContainerType {
  if (category === 'BI') return { category, type: requireBi(connector) };
  if (category === 'ETL') return asEtl(connector);
  if (connector.category === 'streaming')
    throw badRequest(
      'connectionType',
      `A connection of kind "${connector.kind}" belongs to a streaming cluster: use addStreamingConnection.`,
    );
  const types = typesOf(connector);
  const type = warehouseType === null ? types[0] : foldKind(warehouseType);
  if (type === undefined || !types.includes(type))
    throw badRequest('createWarehouseType', `A connection of kind "${connector.kind}" makes ${listOf(types)}.`, { known: types });
  if (type === ETL) return asEtl(connector);
  return { category: category ?? categoryOf(connector), type };
}

/** Whether a connection of the kind may join an integration of that type. */
export function joins(connector: OfKind, { category, type }: ContainerType): boolean {
  if (category === 'STREAMING' || connector.category === 'streaming') return category === 'STREAMING' && type === connector.kind;
  // They have no outside system of their own: they tell of what is done in another's.
  if (['etl', 'dbt', 'notification', 'other'].includes(connector.category)) return true;
  return typesOf(connector).includes(type) || type === typeAmong(ETL_TYPES, connector.kind);
}

/** Throws BAD_REQUEST for a connection that may not join the integration. */
export function requireJoins(connector: OfKind, container: ContainerType): void {
  if (joins(connector, container)) return;
  throw badRequest(
    'connectionType',
    `A connection of kind "${connector.kind}" does not belong in an integration of type "${container.type}".`,
    { type: container.type },
  );
}

/** Types that a warehouse of the kind may have, the one that it has unless asked first. */
export function typesOf({ kind, category, family }: OfKind): readonly string[] {
  const own = typeAmong(WAREHOUSE_TYPES, kind);
  const types = [
    ...(own === null && category === 'warehouse' ? [DATA_LAKE] : []),
    ...(category === 'bi' ? [typeAmong(BI_TYPES, kind) ?? kind] : []),
    kind,
    ...(family === null ? [] : [family.kind]),
    ...(isEtl({ kind, category }) ? [ETL] : []),
    ...(category === 'notification' || category === 'other' ? ['custom-connector', 'custom-integration'] : []),
  ];
  return [...new Set(types)];
}

/** The longest of the types that the kind is, or begins with: `looker-git-clone` is of `looker`, `informatica-v2` of its own. */
export function typeAmong(types: readonly string[], kind: string): string | null {
  const fitting = types.filter((type) => kind === type || kind.startsWith(`${type}-`));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

function requireBi(connector: OfKind): string {
  const { kind, category } = connector;
  if (category !== 'bi' && category !== 'notification' && category !== 'other')
    throw badRequest('connectionType', `Kind "${kind}" is no BI tool: use ${adderOf(connector)}.`, { kind });
  return typeAmong(BI_TYPES, kind) ?? kind;
}

function asEtl(connector: OfKind): ContainerType {
  const { kind, category } = connector;
  if (!isEtl(connector) && category !== 'notification' && category !== 'other')
    throw badRequest('connectionType', `Kind "${kind}" is no ETL tool: use ${adderOf(connector)}.`, { kind });
  return { category: category === 'dbt' ? 'DBT' : 'ETL', type: kind };
}

function isEtl({ kind, category }: Pick<OfKind, 'kind' | 'category'>): boolean {
  return category === 'etl' || category === 'dbt' || typeAmong(ETL_TYPES, kind) !== null;
}

function adderOf({ category }: OfKind): string {
  if (category === 'bi') return 'addBiConnection';
  if (category === 'streaming') return 'addStreamingConnection';
  return category === 'etl' || category === 'dbt' ? 'addEtlConnection' : 'addConnection';
}

function listOf(types: readonly string[]): string {
  return types.length === 1 ? `a warehouse of type "${types[0]}"` : `a warehouse of one of these types: ${types.join(', ')}`;
}
