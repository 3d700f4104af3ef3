import { tdsFields } from '../families/sql-server/tds-fields.ts';
import { tdsServer } from '../families/sql-server/tds-server.ts';
import { openTds } from '../families/sql-server/tds-session.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { type Protection, type TlsOptions, tls, tlsStrictness } from '../kits/sql/tls.ts';

const server = tdsServer({ editions: [1, 2, 3, 4, 8, 9] });

/** Most servers have a certificate that they made themselves, so it is verified only where that is asked for. */
export default defineSqlConnector({
  ...server,
  kind: 'sql-server',
  title: 'SQL Server',
  category: 'database',
  fields: { ...tdsFields, ssl: tls() },
  connect: (input) => openTds({ ...input.credentials, who: input.credentials, protection: protectionOf(input.credentials.ssl) }, input),
  parity: { ...server.parity, login: ({ user }) => user },
});

function protectionOf(options: TlsOptions | undefined): Protection {
  const strictness = tlsStrictness(options);
  return strictness === 0 ? 'none' : strictness >= 3 ? 'verified' : 'unverified';
}
