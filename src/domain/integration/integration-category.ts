import type { IntegrationCategory } from '../connection/connection.ts';
import type { ConnectorCategory } from '../connector/connector.ts';

const CATEGORIES: Readonly<Record<ConnectorCategory, IntegrationCategory>> = {
  database: 'WAREHOUSE',
  warehouse: 'WAREHOUSE',
  bi: 'BI',
  etl: 'ETL',
  dbt: 'DBT',
  streaming: 'STREAMING',
  notification: 'OTHER',
  other: 'OTHER',
};

/** What the lead API's containers hold: each category is shown as one of them, or as a streaming cluster. */
export const WAREHOUSE_CATEGORIES: readonly IntegrationCategory[] = ['WAREHOUSE', 'OTHER'];
export const BI_CATEGORIES: readonly IntegrationCategory[] = ['BI'];
export const ETL_CATEGORIES: readonly IntegrationCategory[] = ['ETL', 'DBT'];
export const STREAMING_CATEGORIES: readonly IntegrationCategory[] = ['STREAMING'];

/** The category of a new integration, by the kind of its first connection, unless the caller names one. */
export function categoryOf({ category }: { readonly category: ConnectorCategory }): IntegrationCategory {
  return CATEGORIES[category];
}
