import type { Integration } from '../../domain/connection/connection.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { foldKind } from '../../domain/connector/connector.ts';
import { typeAmong, WAREHOUSE_TYPES } from '../../domain/integration/container-type.ts';

/** The lead API's connection types, of `ConnectionTypeEnum` and `ConnectionModelType` alike. Kinds of our own are added behind them. */
const LEAD_TYPES =
  'AIRFLOW ATHENA AZURE_DATA_FACTORY BIGQUERY CLICKHOUSE CONFLUENT_KAFKA CONFLUENT_KAFKA_CONNECT CUSTOM_BI_CONNECTOR CUSTOM_ETL_CONNECTOR GCP_DATAFORM DATABRICKS_METASTORE_SQL_WAREHOUSE DATABRICKS_SQL_WAREHOUSE DB2 DBT_CLOUD DBT_CLOUD_V2 DBT_CLOUD_WEBHOOK DBT_CORE DREMIO FIVETRAN GLUE HIVE HIVE_MYSQL HIVE_S3 INFORMATICA INFORMATICA_V2 LOOKER LOOKER_GIT LOOKER_GIT_CLONE LOOKER_GIT_SSH MICROSOFT_FABRIC MSK_KAFKA MSK_KAFKA_CONNECT MULESOFT MYSQL ORACLE PINECONE POWER_BI PRESTO REDSHIFT S3 S3_METADATA_EVENTS S3_QL_EVENTS SALESFORCE_CRM SALESFORCE_DATA_CLOUD SELF_HOSTED_KAFKA SELF_HOSTED_KAFKA_CONNECT SNOWFLAKE SPARK STARBURST_ENTERPRISE STARBURST_GALAXY TABLEAU TERADATA TRANSACTIONAL_DB CUSTOM_CONNECTOR CUSTOM_INTEGRATION'.split(
    ' ',
  );

export const CONNECTION_SUBTYPES =
  'AZURE_DEDICATED_SQL_POOL AZURE_SQL_DATABASE CLICKHOUSE DB2 DREMIO MARIADB MICROSOFT_FABRIC MOTHERDUCK MYSQL ORACLE POSTGRES SALESFORCE_CRM SALESFORCE_DATA_CLOUD SAP_HANA SQL_SERVER STARBURST_ENTERPRISE STARBURST_GALAXY TERADATA'.split(
    ' ',
  );

export function upperSnake(kind: string): string {
  return kind.toUpperCase().replaceAll('-', '_');
}

/** Every connection type that the API may report: the lead API's, and one for each kind that it does not know. */
export function connectionTypes(connectors: readonly Connector[]): readonly string[] {
  return [...new Set([...LEAD_TYPES, ...connectors.map(reportedType)])];
}

/** A kind with a type of its own reports that; another member of a family reports the family's, with its subtype beside it. */
export const reportedType = oncePerConnector(({ kind, family }) => {
  const own = upperSnake(kind);
  return family !== null && !LEAD_TYPES.includes(own) ? upperSnake(family.kind) : own;
});

export const reportedSubtype = oncePerConnector(({ kind, family }) => {
  const own = upperSnake(kind);
  return family !== null && CONNECTION_SUBTYPES.includes(own) ? own : null;
});

/** Listings ask for a connector's names once a row. */
function oncePerConnector<T extends string | null>(read: (connector: Pick<Connector, 'kind' | 'family'>) => T) {
  const known = new WeakMap<object, T>();
  return (connector: Pick<Connector, 'kind' | 'family'>): T => {
    let name = known.get(connector);
    if (name === undefined) {
      name = read(connector);
      known.set(connector, name);
    }
    return name;
  };
}

/** The type of an integration among the lead API's for its category, each as the lead API writes it; `fallback` for one that it does not know. */
export function containerType(types: readonly string[], { type }: Pick<Integration, 'type'>, fallback: string): string {
  return upperSnake(typeAmong(types, type) ?? fallback);
}

/** A member of a family that has no type of its own is of the family's. */
export function warehouseType(integration: Pick<Integration, 'type'>, connectors: { find(kind: string): Connector | null }): string {
  const connector = connectors.find(foldKind(integration.type));
  const type = connector === null ? integration.type : foldKind(reportedType(connector));
  return containerType(WAREHOUSE_TYPES, { type }, 'custom-integration');
}
