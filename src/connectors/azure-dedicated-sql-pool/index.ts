import { defineAzureSql } from '../families/sql-server/azure.ts';
import { tdsServer } from '../families/sql-server/tds-server.ts';

/** A pool takes members into a role by a procedure. */
const addMember = (role: string, user: string) =>
  `EXEC sp_addrolemember ${quoted(role)}, ${quoted(user.slice(1, -1).replaceAll(']]', ']'))};`;

export default defineAzureSql('azure-dedicated-sql-pool', 'Azure dedicated SQL pool', tdsServer({ editions: [6], addMember }));

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
