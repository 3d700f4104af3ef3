import type { IntegrationCategory } from '../connection/connection.ts';
import type { ConnectorCategory } from '../connector/connector.ts';

const CATEGORIES: Readonly<Record<ConnectorCategory, IntegrationCategory>> = {
  database: 'WAREHOUSE',
  warehouse: 'WAREHOUSE',
  bi: 'BI',
  etl: 'ETL',
  streaming: 'STREAMING',
  notification: 'OTHER',
  other: 'OTHER',
};

/** The category of a new integration, by the kind of its first connection, unless the caller names one. */
export function categoryOf({ category }: { readonly category: ConnectorCategory }): IntegrationCategory {
  return CATEGORIES[category];
}
