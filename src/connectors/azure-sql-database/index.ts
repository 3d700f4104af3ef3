import { defineAzureSql } from '../families/sql-server/azure.ts';
import { tdsServer } from '../families/sql-server/tds-server.ts';

export default defineAzureSql('azure-sql-database', 'Azure SQL Database', tdsServer({ editions: [5] }));
