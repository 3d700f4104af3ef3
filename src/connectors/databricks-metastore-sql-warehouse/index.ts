import { defineDatabricks } from '../databricks-sql-warehouse/define-databricks.ts';

export default defineDatabricks({
  kind: 'databricks-metastore-sql-warehouse',
  title: 'Databricks metastore',
  lead: {
    updateInput: 'DatabricksSqlWarehouseUpdateConnectionDetails',
    updatePayload: 'UpdateDatabricksMetastoreSQLWarehouseCredentialsV2Mutation',
  },
  rules: [({ workspaceId }) => (workspaceId === undefined ? { path: 'databricksWorkspaceId', message: 'is required' } : null)],
});
