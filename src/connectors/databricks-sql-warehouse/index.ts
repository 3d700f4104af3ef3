import { defineDatabricks } from './define-databricks.ts';

export default defineDatabricks({ kind: 'databricks-sql-warehouse', title: 'Databricks SQL warehouse' });
