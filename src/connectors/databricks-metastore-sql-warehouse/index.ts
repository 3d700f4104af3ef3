import { defineDatabricks } from '../databricks-sql-warehouse/define-databricks.ts';

export default defineDatabricks({ kind: 'databricks-metastore-sql-warehouse', title: 'Databricks metastore', needsWorkspaceId: true });
