import { defineDatabricks } from './define-databricks.ts';

export default defineDatabricks({
  kind: 'databricks-sql-warehouse',
  title: 'Databricks SQL warehouse',
  lead: {
    updatePayload: 'UpdateDatabricksSQLWarehouseCredentialsV2Mutation',
    testV1: [{ field: 'testDatabricksSqlWarehouseCredentials', argument: 'databricksConfig', explains: false }],
    adding: 'addDatabricksConnection',
  },
});
