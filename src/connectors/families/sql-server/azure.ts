import { defineSqlConnector } from '../../kits/define-sql-connector.ts';
import { httpsProtection, verifiedTls } from '../../kits/sql/tls.ts';
import { tdsFields } from './tds-fields.ts';
import type { tdsServer } from './tds-server.ts';
import { openTds } from './tds-session.ts';

/** A database that Azure serves under TDS: encrypted by a certificate that holds, unless it is said otherwise. */
export function defineAzureSql(kind: string, title: string, server: ReturnType<typeof tdsServer>) {
  return defineSqlConnector({
    ...server,
    kind,
    title,
    category: kind === 'azure-sql-database' ? 'database' : 'warehouse',
    fields: { ...tdsFields, ssl: verifiedTls() },
    connect: (input) =>
      openTds({ ...input.credentials, who: input.credentials, protection: httpsProtection(input.credentials.ssl) }, input),
    parity: { ...server.parity, login: ({ user }) => user },
  });
}
