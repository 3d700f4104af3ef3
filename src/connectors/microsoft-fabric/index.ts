import { secret, setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';
import { tdsServer } from '../families/sql-server/tds-server.ts';
import { openTds } from '../families/sql-server/tds-session.ts';
import { entraClient, optionalLoginUrl, tenantName } from '../kits/azure/entra.ts';
import { defineSqlConnector } from '../kits/define-sql-connector.ts';
import { headerSecret, serverFields } from '../kits/fields.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { fetchAccessToken } from '../kits/http/oauth-token.ts';
import { databaseField } from '../kits/login-fields.ts';
import { type Meanings, meaningOf, problem, says } from '../kits/problems.ts';
import { httpsProtection, verifiedTls } from '../kits/sql/tls.ts';

const server = tdsServer({
  editions: [11, 12],
  unseen: [
    problem(
      'SKIPPED',
      'roles of the workspace can not be seen in SQL',
      'Roles of the workspace were not compared.',
      'Compare them by hand: they may let a login read what no GRANT does.',
    ),
  ],
});

/** Entra's own codes, which stand in the text of its answer: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const ENTRA: Meanings<unknown> = {
  7000215: 'CREDENTIALS_REJECTED',
  7000222: says('CREDENTIALS_REJECTED', 'The client secret has expired.', 'Make a new one for the app.'),
  700016: says('CREDENTIALS_REJECTED', 'The tenant knows no app of that id.', 'Check clientId and tenantId.'),
  90002: says('CREDENTIALS_REJECTED', 'There is no such tenant.', 'Check tenantId.'),
  53003: says('ACCESS_DENIED', 'A policy of conditional access keeps the app out.', 'Allow the address of this gateway in the policy.'),
};

/** A warehouse or lakehouse of Fabric: it knows no passwords, and takes tokens that Entra issues to an app. */
export default defineSqlConnector({
  ...server,
  kind: 'microsoft-fabric',
  title: 'Microsoft Fabric',
  category: 'warehouse',
  fields: {
    ...serverFields(1433, 'SQL connection string of the workspace, as in abc.datawarehouse.fabric.microsoft.com.'),
    database: databaseField(text(128), 'Name of the warehouse or lakehouse.'),
    tenantId: setting(tenantName(), {
      endpoint: true,
      title: 'Tenant',
      description: 'Entra tenant that issues the tokens: the client secret is sent there.',
    }),
    clientId: setting(text(128), { identity: true, title: 'Client id', description: 'Application id of the service principal.' }),
    clientSecret: secret(headerSecret(), { title: 'Client secret', description: 'Secret of the service principal.' }),
    loginUrl: optionalLoginUrl(),
    ssl: verifiedTls(),
  },
  async connect(input) {
    const { tenantId, clientId, clientSecret, loginUrl, ssl, ...place } = input.credentials;
    const client = entraClient({ tenantId, clientId, loginUrl }, 'https://database.windows.net/.default', { clientSecret });
    const accessToken = await fetchAccessToken(client, input.egress);
    return await openTds({ ...place, ssl, who: { accessToken }, protection: httpsProtection(ssl) }, input);
  },
  explain(error) {
    if (!(error instanceof HttpFailure)) return null;
    const code = /AADSTS(\d+)/.exec(error.text)?.[1];
    return code === undefined ? null : meaningOf(ENTRA, [code], {});
  },
  parity: { ...server.parity, login: ({ clientId }) => clientId },
});
